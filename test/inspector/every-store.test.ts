import { setTimeout as sleep } from 'node:timers/promises';
import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { createInspector, type Inspector } from '@spiderfoot-webhooks/inspector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithServer } from '../support/servers/describe-with-server.ts';
import { type InspectedStore, type StoreKind, storeKinds } from './support/store-kinds.ts';

const secret = 'every-store-s3cret';
const base = 'https://ops.example/inspector/';

for (const kind of storeKinds) {
  const define = () => defineTests(kind);
  if (kind.server === undefined) describe(kind.name, define);
  else describeWithServer(kind.server, kind.name, define);
}

function namesAlternative(page: string): boolean {
  return /use SQLite or PostgreSQL/i.test(page);
}

function defineTests({ name, open }: StoreKind): void {
  let store: InspectedStore;
  let receiver: Receiver;
  let inspector: Inspector;
  let release: () => Promise<void> | void = () => {};
  /** The targets for which the handler `siem` fails. */
  const failing = new Set<string>();

  const send = async (target: string) =>
    receiver.receive(await signedDelivery('scan_completed', { secret, data: { scan_id: 's1', target } }));
  const listed = (state: 'dead' | 'processed') => store.list({ state });
  async function settled(state: 'dead' | 'processed', count: number): Promise<void> {
    while ((await listed(state)).deliveries.length !== count) await sleep(50);
  }
  const can = (capability: 'rejections' | 'export' | 'text') => store.capabilities.has(capability);

  beforeAll(async () => {
    ({ store, release } = await open());
    await store.ready?.();
    receiver = createReceiver({ secret, queue: store, ...(can('rejections') && { keepRejected: 10 }) });
    receiver.onAny(
      ({ data }) => {
        const { target } = Object(data);
        if (failing.has(target)) throw new Error(`HTTP 503 for ${target}`);
      },
      { name: 'siem' },
    );
    await receiver.start();
    // Next.js calls a handler in this way: with the complete URL, and without the client's address.
    inspector = createInspector(store, { basePath: '/inspector', auth: () => true, receiver, secret });
    for (const target of ['a.example', 'b.example']) failing.add(target);
    for (const target of ['a.example', 'a.example', 'b.example', 'fine.example']) await send(target);
    await receiver.receive(await signedDelivery('scan_failed', { secret: 'other-s3cret' }));
    await settled('dead', 3);
    await settled('processed', 1);
  });
  afterAll(async () => {
    inspector?.close();
    await receiver?.close();
    await store?.close();
    await release();
  });

  const get = (path: string) => inspector(new Request(base + path));
  const pageOf = async (path: string) => {
    const response = await get(path);
    expect(response.status, path).toBe(200);
    return response.text();
  };
  async function post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const cookie = (await get('try-it')).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const body = new URLSearchParams({ csrf: cookie.split('=')[1] ?? '', ...fields });
    const headers = { cookie, origin: new URL(base).origin };
    return inspector(new Request(base + path, { method: 'POST', headers, body }));
  }
  /** The page to which a form leads. */
  async function followed(path: string, response: Response): Promise<string> {
    expect(response.status).toBe(303);
    const location = new URL(response.headers.get('location') ?? '', base + path).href;
    return pageOf(location.slice(base.length));
  }
  const keysIn = (page: string) => [...page.matchAll(/<tr data-key="([^"]+)"/g)].map(([, key]) => key);
  const linkIn = (page: string, pattern: RegExp) =>
    (pattern.exec(page)?.[1] ?? '').replaceAll('&amp;', '&').replace(/^\.\//, '');
  const keysOf = async (target: string) =>
    (await listed('dead')).deliveries.filter((each) => each.target === target).map(({ key }) => key);

  it(`shows the numbers, the handler and its error on the overview on ${name}`, async () => {
    const page = await pageOf('?range=hour');
    expect(page).toContain('data-health="dead" data-most="999">3<');
    expect(page).toMatch(/HTTP 503 for [ab]\.example/);
    expect(page.includes('invalid_signature')).toBe(can('rejections'));
    const chart = JSON.parse(await pageOf('chart.json?range=hour&by=result'));
    const totals = chart.series.map(({ name: group, values }: { name: string; values: number[] }) => [
      group,
      values.reduce((sum, value) => sum + value, 0),
    ]);
    expect(Object.fromEntries(totals)).toMatchObject({ Succeeded: 1, 'Dead letters': 3 });
  });

  it(`lists, filters and opens deliveries on ${name}`, async () => {
    expect(keysIn(await pageOf('deliveries'))).toHaveLength(4);
    expect(keysIn(await pageOf('deliveries?state=dead&target=a.example'))).toHaveLength(2);
    const [key = ''] = await keysOf('b.example');
    const page = await pageOf(`deliveries/${key}`);
    expect(page).toContain('HTTP 503 for b.example');
    const body = await get(`deliveries/${key}/body`);
    expect(JSON.parse(await body.text()).data.target).toBe('b.example');
    expect((await get('deliveries/999999')).status).toBe(404);
  });

  it(`searches and exports, or names the stores that can, on ${name}`, async () => {
    const page = await pageOf('deliveries');
    expect(page.includes('name="text"')).toBe(can('text'));
    expect(namesAlternative(page)).toBe(!(can('text') && can('export')));
    const search = await get('deliveries?text=fine');
    expect(search.status).toBe(can('text') ? 200 : 400);
    expect(namesAlternative(await search.text())).toBe(!can('text'));
    const exported = await get('export?format=jsonl&state=dead');
    expect(exported.status).toBe(can('export') ? 200 : 404);
    if (can('export')) expect((await exported.text()).trimEnd().split('\n')).toHaveLength(3);
  });

  it(`lists queued deliveries, or names the alternative, on ${name}`, async () => {
    const response = await get('deliveries?state=queued');
    const lists = name !== 'BullMQ';
    expect(response.status).toBe(lists ? 200 : 400);
    expect((await response.text()).includes('Bull Board')).toBe(!lists);
  });

  it(`sends live events on ${name}`, async () => {
    for (const path of ['live', 'live/changes', 'live/rejections']) {
      const response = await get(path);
      let text = '';
      for await (const part of response.body ?? []) {
        text += new TextDecoder().decode(part);
        if (text.includes('event: overview')) break;
      }
      expect(text).toContain('event: health');
      expect(text.includes('event: deliveries'), path).toBe(path === 'live');
    }
  });

  it(`diagnoses a kept request, or names the stores that keep them, on ${name}`, async () => {
    const page = await pageOf('rejected');
    expect(namesAlternative(page)).toBe(!can('rejections'));
    const link = linkIn(page, /href="(rejected\/[^"]+)"/);
    expect(link !== '').toBe(can('rejections'));
    if (link !== '') expect(await pageOf(link)).toContain('data-diagnosis="');
  });

  it(`sends a test event through the receiver on ${name}`, async () => {
    const response = await post('try-it', { type: 'scan_started', dialect: 'guide' });
    const link = linkIn(await response.text(), /<b>accepted<\/b> <a href="(deliveries\/[^"]+)"/);
    await settled('processed', 2);
    expect(await pageOf(link)).toContain('scan_started');
  });

  it(`shows the deliveries of a group, replays it, and shows exactly these deliveries, on ${name}`, async () => {
    const keys = await keysOf('a.example');
    const groups = await pageOf('dead-letters');
    const row = groups.split('<tr').find((html) => html.includes('503 for a.example')) ?? '';
    const filtered = await pageOf(linkIn(row, /href="(deliveries\?[^"]*failure=[^"]+)"/));
    expect(keysIn(filtered).toSorted()).toEqual(keys.toSorted());
    expect(filtered).toContain('siem: HTTP # for a.example');
    const group = linkIn(row, /\?group=(\w+)/);
    expect(await pageOf(`dead-letters?group=${group}`)).toContain('Replay 2 deliveries');
    failing.delete('a.example');
    const after = await followed('dead-letters/replay', await post('dead-letters/replay', { group }));
    const link = linkIn(after, /href="(deliveries\?replay=\w+)"/);
    await settled('dead', 1);
    expect(keysIn(await pageOf(link)).toSorted()).toEqual(keys.toSorted());
    expect(keysIn(await pageOf(`${link}&state=dead`))).toEqual([]);
    if (can('export')) {
      const exported = await pageOf(link.replace('deliveries?', 'export?format=jsonl&'));
      expect(exported.trimEnd().split('\n')).toHaveLength(2);
    }
  });

  it(`replays a selected delivery, and shows exactly this delivery, on ${name}`, async () => {
    const [key = ''] = await keysOf('b.example');
    failing.delete('b.example');
    const after = await followed(
      'replay',
      await post('replay', { key, back: '?state=dead', handlers: 'all' }),
    );
    const link = linkIn(after, /href="(?:\.\/)?(deliveries\?replay=\w+)"/);
    await settled('dead', 0);
    expect(keysIn(await pageOf(link))).toEqual([key]);
    // The groups are kept for a second.
    await expect.poll(() => pageOf('dead-letters'), { timeout: 5000 }).toContain('No dead letters.');
  });
}
