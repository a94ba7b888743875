import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { webhook } from '@spiderfoot-webhooks/forward/webhook';
import { createInspector } from '@spiderfoot-webhooks/inspector';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';

/** A busy machine may need longer than the default. */
const waiting = { timeout: 15_000 };

const secret = 'circuit-s3cret';

it('a retry while a circuit is open sends nothing and loses nothing, and the page names the cause', async () => {
  let requests = 0;
  const target = createServer((_, response) => {
    requests++;
    response.writeHead(503).end();
  });
  await once(target.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void target.close());
  const { port } = target.address() as AddressInfo;
  const forwarder = webhook({
    ...{ url: `http://127.0.0.1:${port}/`, secret, retries: 0 },
    ...{ allowHttp: true, breaker: { failures: 1, coolDown: 3_600_000 } },
  });
  const store = openStore(':memory:', { maxAttempts: 3 });
  const receiver = createReceiver({ secret, queue: store });
  onTestFinished(() => forwarder.close());
  receiver.onAny(forwarder, { name: 'siem' });
  onTestFinished(async () => {
    await receiver.close();
    await store.close();
  });
  await receiver.receive(await signedDelivery('scan_failed', { secret }));
  await vi.waitFor(async () => expect((await store.health()).delayed).toBe(1), waiting);
  const inspector = createInspector(store, { auth: () => true });
  onTestFinished(() => inspector.close());
  const page = async () => (await inspector(new Request('http://ops.example/deliveries/1'))).text();

  expect(await store.replay('1')).toBe(1);
  await vi.waitFor(
    async () => expect(await store.get('1')).toMatchObject({ state: 'queued', attempts: 2 }),
    waiting,
  );
  expect(requests).toBe(1);
  expect(await page()).toMatch(/siem.*has failed too often/s);
  expect(await page()).toContain('>Retry now<');

  expect(await store.replay({ state: 'queued' })).toBe(1);
  await vi.waitFor(
    async () => expect(await store.get('1')).toMatchObject({ state: 'dead', attempts: 3 }),
    waiting,
  );
  expect(requests).toBe(1);
  expect(await page()).toContain('>Replay failed handlers<');
});
