import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import { expect } from 'vitest';
import type { Store } from '../../src/index.ts';
import { query } from './temporary-files.ts';
import { createWebhook, secret, type Webhook } from './webhooks.ts';

/** The options of a receiver that take a store. */
export const ports = ['log', 'queue'] as const;
export const receive = (port: (typeof ports)[number], store: Store) =>
  createReceiver({ secret, [port]: store });

/** Create a sender of new webhooks that remembers the acknowledged ones. */
export function createSender(receiver: Receiver) {
  const acknowledged: Webhook[] = [];
  return {
    acknowledged,
    async send(webhook?: Webhook) {
      const sent = webhook ?? (await createWebhook('scan_completed', { n: Math.random() }));
      const answer = toHttpResponse(await sent.send(receiver));
      if (answer.status < 300) acknowledged.push(sent);
      return answer;
    },
  };
}

/** Expect each acknowledged webhook in the file once, byte for byte. */
export function expectAllIn(path: string, acknowledged: readonly Webhook[]): void {
  const rows = query(path, 'SELECT delivery_id AS id, hex(payload) AS body FROM webhook_logs ORDER BY id');
  const sent = acknowledged.map(({ id, body }) => ({ id, body: body.toString('hex').toUpperCase() }));
  expect(rows).toEqual(expect.arrayContaining(sent));
  expect(rows).toHaveLength(new Set(sent.map(({ id }) => id)).size);
  expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
}

/** The response to a delivery that cannot be stored. */
export const unavailable = expect.objectContaining({
  status: 503,
  headers: expect.objectContaining({ 'retry-after': expect.stringMatching(/^[1-9]\d*$/) }),
});
