import { describe, expect, it } from 'vitest';
import { recordEntry } from './support/record-entry.ts';
import { openTestStore, recordEvents, serveInspector } from './support/serve.ts';

/** The keys of the rows of a page. */
function keysIn(page: string): readonly string[] {
  return [...page.matchAll(/<tr data-key="(\d+)">/g)].map(([, key = '']) => key);
}

async function list(query: string, ...types: readonly string[]): Promise<readonly string[]> {
  const store = openTestStore();
  await recordEvents(store, ...types);
  const { get } = await serveInspector(store);
  const response = await get(`/deliveries${query}`);
  expect(response.status).toBe(200);
  return keysIn(await response.text());
}

describe('the filters of the deliveries', () => {
  const types = ['scan_completed', 'high_risk_event', 'finding.custom'];
  it.each([
    ['', ['1', '2', '3']],
    ['?type=scan_completed', ['1']],
    ['?type=scan.completed', ['1']],
    ['?type=scan_completed&type=finding.custom', ['1', '3']],
    ['?category=scan', ['1']],
    ['?category=finding', ['2', '3']],
    ['?severity=low', ['3']],
    ['?severity=critical&type=finding.custom', []],
    ['?state=processed', ['1', '2', '3']],
    ['?state=dead', []],
    ['?endpoint=nowhere', []],
    ['?since=1h', ['1', '2', '3']],
    ['?until=1h', []],
    ['?until=2020-01-01', []],
    ['?since=2020-01-01T00:00&until=2199-01-01%2010:00', ['1', '2', '3']],
    ['?text=&type=&state=', ['1', '2', '3']],
  ])('%s selects %j', async (query, expected) => {
    expect((await list(query, ...types)).toSorted()).toEqual(expected);
  });

  it('selects by scan, target and text', async () => {
    const store = openTestStore();
    await recordEvents(store, 'scan_completed');
    const { get } = await serveInspector(store);
    const { scanId = '', target = '' } = (await store.get('1')) ?? {};
    expect(scanId).not.toBe('');
    for (const query of [{ scan: scanId }, { target }, { text: target }]) {
      const page = await (await get(`/deliveries?${new URLSearchParams(query)}`)).text();
      expect(keysIn(page), JSON.stringify(query)).toEqual(['1']);
    }
    for (const name of ['scan', 'target', 'text']) {
      expect(keysIn(await (await get(`/deliveries?${name}=other`)).text()), name).toEqual([]);
    }
  });

  it.each(['state=none', 'since=yesterday', 'until=2026-99-01', 'cursor=x', 'order=random'])(
    '%s is answered with 400 and the name of the filter',
    async (query) => {
      const { get } = await serveInspector(openTestStore());
      const response = await get(`/deliveries?${query}`);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(query.split('=')[0]);
    },
  );

  it.each(['/deliveries', '/deliveries/1', '/export'])(
    'answers %s with 400 if the filters have more than 100 values',
    async (path) => {
      const store = openTestStore();
      await recordEvents(store, 'scan_completed');
      const { get } = await serveInspector(store);
      const values = (count: number) =>
        Array.from({ length: count }, (_, index) => `target=${index}`).join('&');
      expect((await get(`${path}?type=a&${values(99)}`)).status).toBe(200);
      expect((await get(`${path}?type=a&${values(100)}`)).status).toBe(400);
    },
  );

  it.each(['csv', 'jsonl'])(
    'answers an export as %s with 400 if the store rejects a filter',
    async (format) => {
      const { get } = await serveInspector(openTestStore());
      expect((await get(`/export?format=${format}&text=%00`)).status).toBe(400);
    },
  );

  it('an invalid value is shown without its direction characters', async () => {
    const { get } = await serveInspector(openTestStore());
    const page = await (await get('/deliveries?state=%E2%80%AEdaed')).text();
    expect(page).toContain('\\u202edaed');
    expect(page).not.toContain('\u202e');
  });

  it('a filter is shown in the form and can be removed', async () => {
    const store = openTestStore();
    await recordEvents(store, 'scan_completed');
    const { get } = await serveInspector(store);
    const page = await (await get('/deliveries?state=processed&target=a%26b')).text();
    expect(page).toContain('<option value="processed" selected');
    expect(page).toContain('value="a&amp;b"');
    expect(page).toMatch(/href="\?target=a%26b" aria-label="Remove the filter state: processed"/);
  });
});

it('a row begins with the handler that failed and its error', async () => {
  const store = openTestStore();
  const failures = [{ handler: 'siem', error: 'HTTP 503' }];
  await recordEntry(store, { state: 'failed', error: '1 handler(s) failed: "siem": HTTP 503', failures });
  await recordEntry(store, { state: 'rejected', error: 'no handler has run' });
  const { get } = await serveInspector(store);
  const page = await (await get('/deliveries')).text();
  expect(page).toContain('>siem: HTTP 503<');
  expect(page).toContain('>no handler has run<');
});

it('the next page continues after the last row', async () => {
  const store = openTestStore();
  await recordEvents(store, ...Array.from({ length: 60 }, () => 'scan_completed'));
  const { get } = await serveInspector(store);
  const first = await (await get('/deliveries?type=scan_completed')).text();
  const [, next = ''] = /href="([^"]*cursor=[^"]*)"/.exec(first) ?? [];
  const second = await (await get(`/deliveries${next.replaceAll('&amp;', '&')}`)).text();
  expect(keysIn(first)).toHaveLength(50);
  expect(new Set([...keysIn(first), ...keysIn(second)]).size).toBe(60);
});

describe('the replay of selected deliveries', () => {
  it('replays each delivery once and returns to the filtered list', async () => {
    const store = openTestStore();
    await recordEvents(store, 'scan_completed', 'high_risk_event', 'scan_failed');
    const { post } = await serveInspector(store);
    const response = await post('/replay', { key: ['1', '1', '3', '99'], back: '?type=scan_failed' });
    expect(response.headers.get('location')).toMatch(
      /^deliveries\?type=scan_failed&replayed=2&replayId=\w{16}&selected=3$/,
    );
    const states = await Promise.all(['1', '2', '3'].map(async (key) => (await store.get(key))?.state));
    expect(states).toEqual(['queued', 'processed', 'queued']);
  });

  it('returns to the list without filters if they are too long for a header', async () => {
    const store = openTestStore();
    await recordEvents(store, 'scan_completed');
    const { post } = await serveInspector(store);
    const response = await post('/replay', { key: '1', back: `?target=${'x'.repeat(100_000)}` });
    expect(response.headers.get('location')).toMatch(/^deliveries\?replayed=1&replayId=\w{16}&selected=1$/);
  });

  it('a read-only inspector shows no form and replays nothing', async () => {
    const store = openTestStore();
    await recordEvents(store, 'scan_completed');
    const { get, post } = await serveInspector(store, { readOnly: true });
    expect(await (await get('/deliveries')).text()).not.toContain('name="key"');
    expect((await post('/replay', { key: '1' })).status).toBe(403);
    expect(await store.get('1')).toMatchObject({ state: 'processed' });
  });
});

it.each([
  ['jsonl', 'application/jsonl', /^\{"key":"2".*"eventType":"scan_failed"/],
  ['csv', 'text/csv', /^key,.*\r\n2,/],
])('exports the filtered deliveries as %s', async (format, type, content) => {
  const store = openTestStore();
  await recordEvents(store, 'scan_completed', 'scan_failed');
  const { get } = await serveInspector(store);
  const response = await get(`/export?format=${format}&type=scan_failed`);
  expect(response.headers.get('content-type')).toContain(type);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
  const text = await response.text();
  expect(text).toMatch(content);
  expect(text).not.toContain('scan_completed');
});

it('the previous page of the second page is the first page, in both orders', async () => {
  const store = openTestStore();
  await recordEvents(store, ...Array.from({ length: 120 }, () => 'scan_completed'));
  const { get } = await serveInspector(store);
  const page = async (query: string) => (await get(`/deliveries${query}`)).text();
  const link = (text: string, name: string) =>
    new RegExp(`href="([^"]*${name}=[^"]*)"`).exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  for (const order of ['', '?order=oldest']) {
    const first = await page(order);
    const second = await page(link(first, 'cursor'));
    const third = await page(link(second, 'cursor'));
    expect(keysIn(third)).toHaveLength(20);
    expect(link(third, 'cursor')).toBe('');
    expect(keysIn(await page(link(third, 'before')))).toEqual(keysIn(second));
    const back = await page(link(second, 'before'));
    expect(keysIn(back)).toEqual(keysIn(first));
    expect(link(back, 'before')).toBe('');
  }
});

it('pages cut texts after 4,096 characters, and have no link with a longer one', async () => {
  const store = openTestStore();
  const long = 'a'.repeat(100_000);
  await recordEntry(store, { target: `target-${long}`, scanId: `scan-${long}` });
  await recordEntry(store, { target: `target-${long}`, scanId: `scan-${long}` });
  const { get } = await serveInspector(store, { scanUrl: 'https://spiderfoot.example/{scanId}' });
  for (const path of ['/', '/deliveries', '/deliveries/1']) {
    const page = await (await get(path)).text();
    expect(page, path).toContain(`>target-${'a'.repeat(4096 - 'target-'.length)}…<`);
    expect(page.length, path).toBeLessThan(70_000);
  }
});
