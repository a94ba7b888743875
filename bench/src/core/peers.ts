import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookVerificationService } from '@hookflo/tern';
import { Webhooks } from '@octokit/webhooks';
import { createReceiver } from '@spiderfoot-webhooks/core';
import type { Delivery } from '@spiderfoot-webhooks/core/adapter';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { type SignedBody, secret } from '../support/bodies.ts';

/** A library that verifies and parses deliveries. */
export interface Contender {
  readonly name: string;
  /**
   * Prepare a batch before the measurement: signatures in the contender's own format, and a new receiver.
   * @returns the measured function. It receives each delivery in turn, and throws if a delivery is rejected
   */
  prepare(batch: readonly SignedBody[]): () => Promise<void>;
}

/** The minimum that every receiver needs: HMAC, comparison and `JSON.parse`, without validation, types or routing. */
export const floor: Contender = {
  name: 'floor',
  prepare: (batch) => async () => {
    for (const { body, digest } of batch) {
      const expected = createHmac('sha256', secret).update(body).digest();
      if (!timingSafeEqual(expected, Buffer.from(digest, 'hex'))) throw new Error('rejected');
      JSON.parse(body.toString());
    }
  },
};

export const core: Contender = {
  name: '@spiderfoot-webhooks/core',
  prepare(batch) {
    const receiver = createReceiver({ secret });
    let handled = 0;
    receiver.on('scan_completed', () => void handled++);
    const deliveries = batch.map(toDelivery);
    return async () => {
      for (const delivery of deliveries) {
        const { status } = await receiver.receive(delivery);
        if (status !== 'processed') throw new Error(status);
      }
      if (handled !== batch.length) throw new Error(`${handled} of ${batch.length} handled`);
    };
  },
};

function toDelivery({ body, digest }: SignedBody): Delivery {
  const headers = new Map([
    ['content-type', 'application/json'],
    ['content-length', String(body.byteLength)],
    ['x-spiderfoot-signature', `sha256=${digest}`],
  ]);
  const read = Promise.resolve(body);
  return {
    method: 'POST',
    peer: '127.0.0.1',
    header: (name) => headers.get(name),
    readBody: () => read,
  };
}

const octokit: Contender = {
  name: '@octokit/webhooks',
  prepare(batch) {
    const webhooks = new Webhooks({ secret });
    let handled = 0;
    webhooks.on('push', () => void handled++);
    return async () => {
      for (const { body, digest } of batch) {
        const signature = `sha256=${digest}`;
        await webhooks.verifyAndReceive({ id: digest, name: 'push', payload: body.toString(), signature });
      }
      if (handled !== batch.length) throw new Error(`${handled} of ${batch.length} handled`);
    };
  },
};

const stripe: Contender = {
  name: 'stripe',
  prepare(batch) {
    const client = new Stripe('sk_test_bench');
    const signed = batch.map(({ body }) => ({
      body,
      header: client.webhooks.generateTestHeaderString({ payload: body.toString(), secret }),
    }));
    return async () => {
      for (const { body, header } of signed) client.webhooks.constructEvent(body, header, secret);
    };
  },
};

const standardWebhooks: Contender = {
  name: 'standardwebhooks',
  prepare(batch) {
    const webhook = new Webhook(secret, { format: 'raw' });
    const now = new Date();
    const signed = batch.map(({ body, digest: id }) => ({
      body,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': webhook.sign(id, now, body),
      },
    }));
    return async () => {
      for (const { body, headers } of signed) webhook.verify(body, headers);
    };
  },
};

/** Accepts only a fetch Request. The time to create it is not measured. */
const tern: Contender = {
  name: '@hookflo/tern',
  prepare(batch) {
    const requests = batch.map(
      ({ body, digest }) =>
        new Request('http://127.0.0.1/webhook', {
          method: 'POST',
          body: new Uint8Array(body),
          headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${digest}` },
        }),
    );
    return async () => {
      for (const request of requests) {
        const result = await WebhookVerificationService.verifyWithPlatformConfig(request, 'github', secret);
        if (!result.isValid) throw new Error(result.error);
      }
    };
  },
};

export const peers: readonly Contender[] = [octokit, stripe, standardWebhooks, tern];
