import type { LogEntry } from '@spiderfoot-webhooks/core/stores';
import type { Store } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it } from 'vitest';
import type { ChartData } from '../../src/overview/chart-data.ts';
import { recordEntry, withoutCounts } from '../support/record-entry.ts';
import { openTestStore, type Served, serveInspector } from '../support/serve.ts';

const minute = 60_000;

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);

async function pageOf({ get }: Served, query = ''): Promise<string> {
  const response = await get(`/${query}`);
  expect(response.status).toBe(200);
  return response.text();
}

/** The text of one region, without markup. */
function region(page: string, name: string): string {
  const [, html = ''] =
    new RegExp(`data-region="${name}"[^>]*>(.*?)</(?:section|dl></div|table)>`, 's').exec(page) ?? [];
  return html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

async function chartOf({ get }: Served, query = '') {
  const chart: ChartData = JSON.parse(await (await get(`/chart.json${query}`)).text());
  const totals = chart.series.map(({ name, values }) => [
    name,
    values.reduce((sum, value) => sum + value, 0),
  ]);
  return { ...chart, totals: Object.fromEntries(totals) };
}

async function recordStates(store: Store, ...states: readonly LogEntry['state'][]): Promise<void> {
  for (const state of states) await recordEntry(store, { state, error: 'failed' });
}

describe('the numbers of the overview', () => {
  it('counts successes and failures of the range', async () => {
    const store = openTestStore();
    await recordStates(store, ...(['processed', 'processed', 'failed', 'ignored', 'rejected'] as const));
    await recordEntry(store, { receivedAt: ago(3 * 86_400_000) });
    const served = await serveInspector(store);
    const numbers = region(await pageOf(served), 'numbers');
    expect(numbers).toMatch(/Deliveries 5 1 ignored Succeeded 66\.6% 2 of 3 finished Failed 1 .*Rejected 1 /);
    expect(region(await pageOf(served, '?range=week'), 'numbers')).toMatch(/Deliveries 6 /);
  });

  it('shows the queue and the age of the oldest delivery', async () => {
    const store = openTestStore();
    await recordEntry(store, { receivedAt: ago(5 * minute + 1000) });
    await store.replay('1');
    const page = await pageOf(await serveInspector(store));
    expect(region(page, 'numbers')).toContain('Waiting 1 oldest in queue 5 min To retry 0 0 running');
    expect(page).toContain('<span data-health="waiting">1</span>');
  });
});

describe('the chart', () => {
  it.each([
    ['severity', { Info: 2, Low: 0, Medium: 0, High: 1, Critical: 1 }],
    ['type', { scan_completed: 2, high_risk_event: 1, malware_detected: 1 }],
    ['result', { Succeeded: 3, Ignored: 0, 'In progress': 0, Rejected: 0, Failed: 1, 'Dead letters': 0 }],
  ])('divides the bars by %s', async (by, expected) => {
    const store = openTestStore();
    await recordEntry(store);
    await recordEntry(store);
    await recordEntry(store, { eventType: 'high_risk_event', state: 'failed', error: 'no' });
    await recordEntry(store, { eventType: 'malware_detected' });
    const served = await serveInspector(store);
    expect((await chartOf(served, `?by=${by}`)).totals).toEqual(expected);
  });

  it.each([
    ['', 48, 1800],
    ['?range=hour', 60, 60],
    ['?range=day', 48, 1800],
    ['?range=week', 56, 10_800],
    ['?range=month', 60, 43_200],
    ['?since=2020-01-01T00:00Z&until=2020-01-01T00:30Z', 30, 60],
    ['?since=1970-01-01&until=2100-01-01', 60, 792 * 86_400],
    ['?since=2020-01-01T00:00:00.200Z&until=2020-01-01T00:00:00.300Z', 2, 1],
  ])('%s has %i bars of %i seconds', async (query, bars, length) => {
    const { times } = await chartOf(await serveInspector(openTestStore()), query);
    expect(times).toHaveLength(bars);
    const [first = 0, second] = times;
    expect(second).toBe(first + length);
  });

  it('the selected range excludes other deliveries, from its first millisecond to its last', async () => {
    const store = openTestStore();
    const start = Date.parse('2026-01-01T10:00:00Z');
    for (const time of [-1, 0, 30 * minute, 60 * minute - 1, 60 * minute]) {
      await recordEntry(store, { receivedAt: new Date(start + time) });
    }
    const { series, times } = await chartOf(
      await serveInspector(store),
      '?since=2026-01-01T10:00:00.000Z&until=2026-01-01T11:00:00.000Z&by=type',
    );
    expect(times[0]).toBe(start / 1000);
    expect(series[0]?.values.flatMap((value, index) => (value > 0 ? [[index, value]] : []))).toEqual([
      [0, 1],
      [30, 1],
      [59, 1],
    ]);
  });

  it('combines rare types', async () => {
    const store = openTestStore();
    for (let type = 0; type < 9; type++) await recordEntry(store, { eventType: `custom.${type}` });
    const { totals } = await chartOf(await serveInspector(store), '?by=type');
    expect(Object.keys(totals)).toHaveLength(7);
    expect(totals['3 more types']).toBe(3);
  });

  it('is a table without script', async () => {
    const store = openTestStore();
    await recordEntry(store, { eventType: 'malware_detected' });
    const page = await pageOf(await serveInspector(store), '?range=hour');
    expect(page).toContain('data-chart="chart.json?range=hour&amp;by=severity"');
    expect(region(page, 'chart')).toMatch(/^From Info .* Critical Total .* UTC 0 0 0 0 1 1$/);
  });

  it.each(['range=year', 'by=color', 'since=yesterday', 'until=x', 'since=1h&until=2h', 'since=2199-01-01'])(
    'rejects %s with 400 and the name of the parameter',
    async (query) => {
      const { get } = await serveInspector(openTestStore());
      for (const path of ['/', '/chart.json']) {
        const response = await get(`${path}?${query}`);
        expect(response.status).toBe(400);
        expect(await response.text()).toContain(query.split('=')[0]);
      }
    },
  );
});

describe('the lists of the overview', () => {
  it('shows the success, the durations and the last error of each handler', async () => {
    const store = openTestStore();
    for (let run = 1; run <= 20; run++) {
      const startedAt = ago(30 * minute - run * minute);
      const runs = [
        { handler: 'siem', startedAt, duration: run * 10 },
        { handler: 'slack', startedAt, duration: 2500 },
      ];
      const failures = [{ handler: 'siem', error: `failure ${run}` }];
      await recordEntry(store, {
        ...{ runs, receivedAt: startedAt, state: run <= 5 ? 'failed' : 'processed' },
        ...(run <= 5 ? { succeeded: ['slack'], failures } : { succeeded: ['siem', 'slack'] }),
      });
    }
    const page = await pageOf(await serveInspector(store));
    expect(region(page, 'handlers')).toMatch(
      /siem 20 75% 100 ms 190 ms failure 5 last failed [\d-]+ [\d:]+ UTC slack 20 100% 2\.5 s 2\.5 s/,
    );
    expect(page).toContain('href="deliveries/5"');
  });

  it('shows since when a handler has failed without a success', async () => {
    const store = openTestStore();
    const start = Date.now() - 30 * minute;
    const errors = ['an earlier outage', undefined, 'down', 'down'];
    for (const [index, error] of errors.entries()) {
      const startedAt = new Date(start + index * minute);
      await recordEntry(store, {
        ...{ runs: [{ handler: 'siem', startedAt, duration: 5 }], receivedAt: startedAt },
        ...(error === undefined
          ? { succeeded: ['siem'] }
          : { state: 'failed', error, failures: [{ handler: 'siem', error }] }),
      });
    }
    const page = await pageOf(await serveInspector(store));
    const since = new Date(start + 2 * minute).toISOString().slice(0, 19).replace('T', ' ');
    expect(region(page, 'handlers')).toContain(`failing since ${since} UTC`);
  });

  it('counts the attempts of a handler whose runs were not recorded', async () => {
    const store = openTestStore();
    await recordEntry(store, { succeeded: ['siem'] });
    await recordEntry(store, {
      state: 'failed',
      error: 'x',
      failures: [{ handler: 'siem', error: 'is down' }],
    });
    expect(region(await pageOf(await serveInspector(store)), 'handlers')).toContain('siem 2 50% – – is down');
  });

  it('shows the largest targets and scans with links to their deliveries', async () => {
    const store = openTestStore();
    for (const [target, scanId] of [
      ['a', 's1'],
      ['b&c', 's1'],
      ['b&c', 's2'],
      ['b&c', undefined],
    ] as const) {
      await recordEntry(store, { target, scanId });
    }
    const page = await pageOf(await serveInspector(store));
    expect(region(page, 'top-target')).toMatch(/b&amp;c 3 a 1$/);
    expect(region(page, 'top-scan')).toMatch(/s1 2 s2 1$/);
    expect(page).toMatch(/href="deliveries\?since=[^"]+&amp;target=b%26c"/);
  });

  it('shows rejected requests of the range by code, with the hint', async () => {
    const store = openTestStore();
    const rejection = { endpoint: 'default', ip: undefined, receivedAt: new Date() };
    store.recordRejection({ ...rejection, code: 'invalid_signature' });
    store.recordRejection({ ...rejection, code: 'stale_event' });
    store.recordRejection({ ...rejection, code: 'stale_event' });
    store.recordRejection({ ...rejection, code: 'rate_limited', receivedAt: ago(30 * 86_400_000) });
    const rejected = region(await pageOf(await serveInspector(store)), 'rejections');
    expect(rejected).toMatch(/stale_event .*Check both clocks.* 2 invalid_signature .*same secret.* 1$/);
    expect(rejected).not.toContain('rate_limited');
  });
});

it('a store that cannot count by time shows counts of its newest deliveries', async () => {
  const store = openTestStore();
  await recordEntry(store, { target: 'a.example', scanId: 's1' });
  await recordEntry(store, { receivedAt: ago(3 * 86_400_000) });
  await recordEntry(store);
  const served = await serveInspector(withoutCounts(store));
  const page = await pageOf(served);
  expect(region(page, 'numbers')).toMatch(/Deliveries 2 .*100% 2 of 2 finished/);
  expect(region(page, 'top-target')).toMatch(/a\.example 1$/);
  expect(region(page, 'rejections')).toContain('This store does not count rejected requests.');
  expect((await chartOf(served)).totals).toMatchObject({ Info: 2 });
});

it('viewers of one range share one query', async () => {
  const store = openTestStore();
  const viewers = 20;
  let [lists, arrived] = [0, 0];
  let release = () => {};
  const allArrived = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = Object.assign(Object.create(store), {
    list: async (...options: Parameters<Store['list']>) => {
      lists++;
      await allArrived;
      return store.list(...options);
    },
  });
  const auth = () => {
    if (++arrived === viewers) release();
    return true;
  };
  const served = await serveInspector(slow, { auth });
  const queries = ['?range=week', '?range=week&by=type'];
  await Promise.all(
    Array.from({ length: viewers }, (_, viewer) => pageOf(served, queries[viewer % queries.length])),
  );
  expect(lists).toBe(1);
  await pageOf(served, '?range=month');
  expect(lists).toBe(2);
});

it('a read that failed is repeated for the next viewer', async () => {
  const store = openTestStore();
  let failures = 1;
  const failing = Object.assign(Object.create(store), {
    health: () => (failures-- > 0 ? Promise.reject(new Error('disk I/O error')) : store.health()),
  });
  const { get } = await serveInspector(failing);
  const statuses = [(await get('/')).status, (await get('/')).status];
  expect(statuses).toEqual([500, 200]);
});

it('hostile values are escaped', async () => {
  const store = openTestStore();
  const hostile = '"><img src=x onerror=alert(1)>\u202egnp';
  const failures = [{ handler: hostile, error: hostile }];
  await recordEntry(store, {
    ...{ target: hostile, scanId: hostile, eventType: hostile },
    ...{ state: 'failed', error: hostile, failures },
  });
  const served = await serveInspector(store);
  const page = await pageOf(served, '?by=type');
  expect(page).not.toContain('<img');
  expect(page).not.toContain('\u202e');
  expect(JSON.stringify((await chartOf(served, '?by=type')).series)).not.toContain('\u202e');
});
