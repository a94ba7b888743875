import { expect, it } from 'vitest';
import { recordEntry } from './support/record-entry.ts';
import { openTestStore, serveInspector } from './support/serve.ts';

/** The handler and the number of deliveries of each row. */
function rowsIn(page: string): readonly (readonly [handler: string, count: number])[] {
  const rows = [
    ...page.matchAll(/<tr[^>]*><td>(.*?)<\/td>.*?<td class="number"><a [^>]*>(\d+)<\/a><\/td>/gs),
  ];
  return rows.map(([, handler = '', count]) => [handler.replaceAll(/<[^>]*>/g, ''), Number(count)]);
}

it('a delivery in which two handlers failed is in the group of each, and is replayed once', async () => {
  const real = openTestStore();
  const [siem, tickets] = ['siem', 'tickets'].map((handler) => ({ handler, error: 'HTTP 503' }));
  if (!siem || !tickets) throw new Error('The handlers are missing');
  await recordEntry(real, { state: 'failed', error: 'HTTP 503', failures: [siem, tickets] });
  await recordEntry(real, { state: 'failed', error: 'HTTP 503', failures: [siem] });
  // A log has no dead letters, so its failed deliveries are listed.
  const list: typeof real.list = (options) => real.list({ ...options, state: 'failed' });
  const replayed: unknown[] = [];
  const replay: typeof real.replay = async (which) => replayed.push(which) && 1;
  const { get, post } = await serveInspector(Object.assign(Object.create(real), { list, replay }));
  const page = await (await get('/dead-letters')).text();
  expect(rowsIn(page)).toEqual([
    ['siem', 2],
    ['tickets', 1],
  ]);
  expect(page).toContain('2 deliveries. ');
  const [, group = ''] = /\?group=(\w+)/.exec(page) ?? [];
  await post('/dead-letters/replay', { group });
  expect(replayed.toSorted()).toEqual(['1', '2']);
});
