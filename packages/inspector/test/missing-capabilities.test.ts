import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { createInspector } from '@spiderfoot-webhooks/inspector';
import { expect, it } from 'vitest';
import { openTestStore, recordEvents } from './support/serve.ts';

/** A store that only lists and gets, as a queue on a server may. Any other method fails the test. */
async function listOnly(): Promise<DeliveryStore> {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed', 'scan_failed');
  const lacks = () => {
    throw new Error('The inspector called a method that the store lacks.');
  };
  return {
    capabilities: new Set(['list', 'get'] as const),
    list: (options) => store.list(options),
    get: (which, endpoint) => store.get(which, endpoint),
    ...{ counts: lacks, rejections: lacks, rejection: lacks, replay: lacks, prune: lacks, export: lacks },
    ...{ health: lacks, close: async () => {} },
  };
}

const paths = [
  '/',
  '/deliveries',
  '/deliveries?category=scan',
  '/deliveries/1',
  '/dead-letters',
  '/rejected',
];

it.each(paths)('%s shows the parts that the store supports, and no form for the others', async (path) => {
  const inspector = createInspector(await listOnly(), { auth: () => true });
  const response = await inspector(new Request(`http://localhost${path}`));
  expect(response.status).toBe(200);
  const page = await response.text();
  expect(page).not.toMatch(/method="post"[^>]*action="[^"]*replay"[\s\S]*<button|name="text"|export\?/);
});

it('the export is not found if the store lacks the method', async () => {
  const inspector = createInspector(await listOnly(), { auth: () => true });
  expect((await inspector(new Request('http://localhost/export'))).status).toBe(404);
});
