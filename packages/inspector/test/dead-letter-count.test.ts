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
])('with %i dead letters, each page has the number in its navigation', async (dead, text) => {
  for (const path of ['/', '/deliveries', '/dead-letters', '/rejected', '/try-it']) {
    const count = await countOn(path, async () => ({ ...health, dead }));
    expect(count, path).toContain(text);
    expect(count, path).not.toContain('hidden');
  }
});

it('without dead letters, their number is hidden', async () => {
  expect(await countOn('/deliveries', async () => ({ ...health, dead: 0 }))).toContain('hidden');
});

it('if the queue cannot be read, a page has no number and is shown', async () => {
  expect(await countOn('/deliveries', () => Promise.reject(new Error('disk I/O error')))).toContain('hidden');
});
