import { expect, it } from 'vitest';
import { recordEntry } from './support/record-entry.ts';
import { openTestStore, serveInspector } from './support/serve.ts';

const body = (data: object) =>
  Buffer.from(
    JSON.stringify({
      ...{ event_type: 'scan_started', timestamp: '2026-11-26T12:00:00Z', source: 'spiderfoot' },
      ...{ data: { scan_id: 'a', target: 'acme.example', ...data }, metadata: {} },
    }),
  );

/** The classes of the severity badges of a page, or of the rows of an event stream. */
function severitiesIn(text: string): readonly string[] {
  return [...text.matchAll(/severity severity-(\w+)/g)].map(([, name = '']) => name);
}

it('the list, its live rows and the page of a delivery show the severity that the event states', async () => {
  const store = openTestStore();
  await recordEntry(store, { eventType: 'scan_started', body: body({ severity: 'critical' }) });
  await recordEntry(store, { eventType: 'scan_started', body: body({}) });
  const { get } = await serveInspector(store);
  const texts = ['/deliveries', '/deliveries/1', '/deliveries/2'].map(async (path) =>
    severitiesIn(await (await get(path)).text()),
  );
  expect(await Promise.all(texts)).toEqual([['info', 'critical'], ['critical'], ['info']]);
  const stream = await get('/live');
  let text = '';
  for await (const part of stream.body ?? []) {
    text += new TextDecoder().decode(part);
    if (text.includes('event: deliveries') && text.endsWith('\n\n')) break;
  }
  expect(severitiesIn(text)).toEqual(['info', 'critical']);
});

it('the list reads the body of a delivery once', async () => {
  const store = openTestStore();
  await recordEntry(store, { body: body({ severity: 'high' }) });
  let reads = 0;
  const get: typeof store.get = (which) => {
    reads++;
    return store.get(which);
  };
  const served = await serveInspector(Object.assign(Object.create(store), { get }));
  for (let load = 0; load < 3; load++) {
    expect(severitiesIn(await (await served.get('/deliveries')).text())).toEqual(['high']);
  }
  expect(reads).toBe(1);
});

it('a delivery that was deleted after it was listed has the severity of its type', async () => {
  const store = openTestStore();
  await recordEntry(store, { eventType: 'malware_detected', body: body({ severity: 'low' }) });
  const get = async () => undefined;
  const served = await serveInspector(Object.assign(Object.create(store), { get }));
  expect(severitiesIn(await (await served.get('/deliveries')).text())).toEqual(['critical']);
});
