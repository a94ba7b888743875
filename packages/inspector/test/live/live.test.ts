import { expect, it } from 'vitest';
import { openTestStore, recordEvents, serveInspector } from '../support/serve.ts';

/** Collect the text of a stream. */
function collect({ body }: Response) {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    /** Read until the text matches all patterns. */
    async until(...patterns: readonly RegExp[]): Promise<string> {
      while (!patterns.every((pattern) => pattern.test(text))) {
        const part = await reader?.read();
        if (part?.value === undefined) throw new Error(`The stream ended after: ${text}`);
        text += part.value;
      }
      return text;
    },
  };
}

it('a new delivery is sent as a row, if it matches the filter of the page', async () => {
  const store = openTestStore();
  const { get } = await serveInspector(store);
  const response = await get('/live');
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const [all, some] = [collect(response), collect(await get('/live?type=scan_failed'))];
  // A stream sends no delivery that it finds when it is opened. It has looked for them when it sends this event.
  await Promise.all([all.until(/event: overview/), some.until(/event: overview/)]);
  await recordEvents(store, 'scan_completed', 'scan_failed');
  // One event has both deliveries, or each has its own.
  const allText = await all.until(/"keys":\[[^\]]*"1"/, /"keys":\[[^\]]*"2"/);
  const someText = await some.until(/event: deliveries\n.*"keys":\["2"\]/);
  expect(allText).toContain('event: health');
  expect(someText).toContain('scan_failed');
  expect(someText).not.toContain('scan_completed');
});

it('at most 32 streams are open, and a closed one makes way for another', async () => {
  const { get } = await serveInspector(openTestStore());
  const streams = await Promise.all(Array.from({ length: 32 }, () => get('/live')));
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  const refused = await get('/live');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
  await streams[0]?.body?.cancel();
  await expect.poll(async () => (await get('/live')).status).toBe(200);
});

it('a HEAD request keeps no stream open', async () => {
  const { get, origin } = await serveInspector(openTestStore());
  for (let request = 0; request < 33; request += 1) {
    expect((await fetch(`${origin}/live`, { method: 'HEAD' })).status).toBe(200);
  }
  expect((await get('/live')).status).toBe(200);
});
