import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { expect, it } from 'vitest';
import { openTestStore, serveInspector } from './support/serve.ts';

const health = { ready: true, waiting: 0, running: 0, delayed: 0, oldest: undefined };

/** The element with the number in the navigation. */
async function countOn(path: string, read: () => Promise<StoreHealth>): Promise<string | undefined> {
  const store = Object.assign(Object.create(openTestStore()), { health: read });
  const { get } = await serveInspector(store);
  const page = await (await get(path)).text();
  return /<span class="count alert"[^>]*>.*?<\/span><\/span>/.exec(page)?.[0];
}

it.each([
  [1, '>1<'],
  [999, '>999<'],
  [1000, '>999+<'],
])('the navigation of each page shows the number of %i dead letters', async (dead, text) => {
  for (const path of ['/', '/deliveries', '/dead-letters', '/rejected', '/try-it']) {
    const count = await countOn(path, async () => ({ ...health, dead }));
    expect(count, path).toContain(text);
    expect(count, path).not.toContain('hidden');
  }
});

it('the navigation hides the number of dead letters if there are none', async () => {
  expect(await countOn('/deliveries', async () => ({ ...health, dead: 0 }))).toContain('hidden');
});

it('a page is shown without the number of dead letters if the queue cannot be read', async () => {
  expect(await countOn('/deliveries', () => Promise.reject(new Error('disk I/O error')))).toContain('hidden');
});
