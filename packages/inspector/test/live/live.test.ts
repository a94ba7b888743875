import { expect, it } from 'vitest';
import { openTestStore, recordEvents, serveInspector } from '../support/serve.ts';

/** Read a stream until its text matches. */
async function readUntil(response: Response, pattern: RegExp): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (pattern.test(text)) return text;
  }
  return text;
}

it('a new delivery is sent as a row, if it matches the filter of the page', async () => {
  const store = openTestStore();
  const { get } = await serveInspector(store);
  const all = await get('/live');
  const some = await get('/live?type=scan_failed');
  expect(all.headers.get('content-type')).toContain('text/event-stream');
  const [allText, someText] = await Promise.all([
    // The deliveries arrive in one event or in two.
    readUntil(all, /(?=.*"keys":\[[^\]]*"1")(?=.*"keys":\[[^\]]*"2")/s),
    readUntil(some, /event: deliveries/),
    recordEvents(store, 'scan_completed', 'scan_failed'),
  ]);
  expect(allText).toContain('event: overview');
  expect(allText).toContain('event: health');
  expect(someText).toContain('scan_failed');
  expect(someText).not.toContain('scan_completed');
});

it('at most 32 streams are open, and a closed one makes way for another', async () => {
  const { get } = await serveInspector(openTestStore());
  const paths = ['/live', '/live/changes', '/live/rejections'];
  const streams = await Promise.all(
    Array.from({ length: 32 }, (_, index) => get(paths[index % paths.length] ?? '')),
  );
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  const refused = await get('/live');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
  await streams[0]?.body?.cancel();
  await expect.poll(async () => (await get('/live')).status).toBe(200);
});

it('a rejected request is a change only for pages that show rejected requests', async () => {
  const store = openTestStore();
  const { get } = await serveInspector(store);
  const [changes, rejections] = [await get('/live/changes'), await get('/live/rejections')];
  const twice = /event: overview.*event: overview/s;
  let changed = '';
  // The stream ends with an error when the server is closed.
  readUntil(changes, twice).then(
    (text) => {
      changed = text;
    },
    () => {},
  );
  const reading = readUntil(rejections, twice);
  const receivedAt = new Date();
  const code = 'invalid_signature';
  // Both streams have begun with one event, which is the state of the store.
  await readUntil(await get('/live/changes'), /event: overview/);
  store.recordRejection({ endpoint: 'default', ip: undefined, receivedAt, code });
  expect(await reading).toMatch(twice);
  expect(changed).toBe('');
});

it('a HEAD request keeps no stream open', async () => {
  const { get, origin } = await serveInspector(openTestStore());
  for (let request = 0; request < 33; request += 1) {
    expect((await fetch(`${origin}/live`, { method: 'HEAD' })).status).toBe(200);
  }
  expect((await get('/live')).status).toBe(200);
});
