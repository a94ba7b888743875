import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { createInspector } from '@spiderfoot-webhooks/inspector';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { expect, it, onTestFinished } from 'vitest';

it('lists the stored deliveries', async () => {
  const store = openStore(':memory:');
  onTestFinished(() => store.close());
  const receiver = createReceiver({ secret: 's3cret', log: store });
  receiver.onAny(() => {});
  await receiver.receive(await signedDelivery('scan_completed', { secret: 's3cret' }));
  const response = await createInspector(store)(new Request('http://localhost/deliveries'));
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(/<tr data-key="1">.*scan_completed/);
});
