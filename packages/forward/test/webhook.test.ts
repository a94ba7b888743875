import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReceiver, verify } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { groupOf } from '../src/events/event-group.ts';
import { type WebhookOptions, webhook } from '../src/webhook/index.ts';
import { received } from './support/events.ts';
import { answers, startTarget } from './support/target.ts';

const secret = 'the-secret-of-the-other-receiver';

function forwarder(options: Omit<WebhookOptions, 'secret'>) {
  const forward = webhook({ secret, allowHttp: true, retries: 0, ...options });
  onTestFinished(() => forward.close());
  return forward;
}

describe('webhook', () => {
  it.each(['scan_completed', 'scan.complete', 'brand.new'])(
    'webhook() forwards %s byte for byte, with a new signature',
    async (type) => {
      const target = await startTarget(answers(200));
      const { event, context } = await received(type, {
        data: { target: 'exämple.com', big: 2n ** 60n, nan: Number.NaN },
      });
      await forwarder({ url: `${target.url}/hook`, headers: { 'X-Token': 't' } })(event, context);
      const [request] = target.requests;
      expect(request).toMatchObject({
        method: 'POST',
        path: '/hook',
        body: context.wire.body,
        headers: { 'content-type': 'application/json', 'x-spiderfoot-event': type, 'x-token': 't' },
      });
      expect(request?.body).toContain('1152921504606846976');
      const signature = request?.headers['x-spiderfoot-signature'];
      expect(await verify(secret, request?.body ?? '', String(signature))).toBe(true);
    },
  );

  it('webhook() sends requests that a receiver of the kit accepts', async () => {
    const receiver = createReceiver({ secret });
    const handled: unknown[] = [];
    receiver.onAny(({ event_type, data }) => void handled.push([event_type, data]));
    const server = createServer(webhookListener(receiver)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const forward = forwarder({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook` });
    const { event, context } = await received('scan.complete', { data: { target: 'example.com' } });
    await forward(event, context);
    const group = groupOf([event, event]);
    await forward(group, context);
    expect(handled).toEqual([
      ['scan_completed', { target: 'example.com' }],
      ['event_group', { count: 2, events: [event, event] }],
    ]);
  });

  it('webhook() omits the event type header if a header cannot contain the type', async () => {
    const target = await startTarget(answers(200));
    const { event, context } = await received('brand\r\nx-evil: 1', { dialect: 'guide' });
    await forwarder({ url: target.url })(event, context);
    expect(target.requests[0]?.headers).not.toHaveProperty('x-evil');
    expect(target.requests[0]?.headers).not.toHaveProperty('x-spiderfoot-event');
  });
});

describe('webhook with a function for url', () => {
  it('webhook() with a function for url sends only to the hosts in allowedHosts', async () => {
    const [allowed, other] = [await startTarget(answers(200)), await startTarget(answers(200))];
    const forward = forwarder({
      url: ({ metadata }) => String(metadata.callback),
      allowedHosts: [new URL(allowed.url).host],
      allowPrivate: true,
    });
    const { event, context } = await received('scan_completed');
    const forwardTo = (callback: string) => forward({ ...event, metadata: { callback } }, context);
    await forwardTo(`${allowed.url}/a`);
    for (const callback of [
      other.url,
      `http://x:y@${new URL(allowed.url).host}`,
      'file:///etc/passwd',
      'nonsense',
    ]) {
      await expect(forwardTo(callback)).rejects.toMatchObject({ code: 'forbidden_address', attempt: 0 });
    }
    expect(allowed.requests.length).toBe(1);
    expect(other.requests.length).toBe(0);
  });

  it('webhook() with a function for url rejects an address that is not public, even if its host is in allowedHosts', async () => {
    const target = await startTarget(answers(200));
    const port = new URL(target.url).port;
    const forward = forwarder({
      url: ({ metadata }) => String(metadata.callback),
      allowedHosts: [`127.0.0.1:${port}`, `localhost:${port}`],
    });
    const { event, context } = await received('scan_completed');
    for (const host of ['127.0.0.1', 'localhost', '2130706433']) {
      const callback = `http://${host}:${port}`;
      await expect(forward({ ...event, metadata: { callback } }, context)).rejects.toMatchObject({
        code: 'forbidden_address',
      });
    }
    expect(target.requests.length).toBe(0);
  });
});
