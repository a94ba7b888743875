import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { inspectorListener } from '@spiderfoot-webhooks/inspector/node';
import { openStore as openPostgres } from '@spiderfoot-webhooks/postgres';
import { openStore as openSqlite } from '@spiderfoot-webhooks/sqlite';
import { engines } from '../engines/engine-servers.ts';
import type { Progress } from '../report/progress.ts';
import { type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { temporaryFile } from '../support/files.ts';
import { type LiveResult, measureLive } from './live.ts';
import { type FilledStore, storeRows } from './stored-rows.ts';

/** The time of one page of the inspector. */
interface PageResult {
  readonly page: string;
  /** Milliseconds. */
  readonly time: Series;
  /** The median of the longest time in which the process answers nothing else, in milliseconds of CPU time. */
  readonly blocked: number;
}

/** The pages of the inspector over one store. */
export interface InspectorResult {
  readonly store: string;
  readonly rows: number;
  readonly pages: readonly PageResult[];
  readonly live: readonly LiveResult[];
}

/** Seconds in which deliveries arrive while pages are open. */
const liveSeconds = { quick: 5, usual: 30 };

/** Measure the pages of the inspector over HTTP, on SQLite and on PostgreSQL. */
export async function measureInspector(
  rounds: number,
  rows: number,
  quick: boolean,
  progress: Progress,
): Promise<readonly InspectorResult[]> {
  const seconds = quick ? liveSeconds.quick : liveSeconds.usual;
  const path = temporaryFile();
  const sqlite = openSqlite(path, { maxAttempts: 1 });
  const inSqlite = await measureStore('SQLite', sqlite, rounds, rows, progress);
  await sqlite.close();
  const liveInSqlite = await measureLive('SQLite', path, seconds, progress);
  const server = await engines.postgres();
  try {
    const postgres = openPostgres(server.address, { maxAttempts: 1 });
    await postgres.ready();
    const inPostgres = await measureStore('PostgreSQL', postgres, rounds, rows, progress);
    await postgres.close();
    const liveInPostgres = await measureLive('PostgreSQL', server.address, seconds, progress);
    return [
      { ...inSqlite, live: liveInSqlite },
      { ...inPostgres, live: liveInPostgres },
    ];
  } finally {
    await server.stop();
  }
}

async function measureStore(
  name: string,
  store: DeliveryStore & FilledStore,
  rounds: number,
  rows: number,
  progress: Progress,
): Promise<Omit<InspectorResult, 'live'>> {
  await storeRows(store, rows, (stored) => progress.report(`inspector: ${name}, row ${stored} of ${rows}`));
  progress.report(`inspector: ${name}, indexing the words`);
  // The first search builds the index.
  await store.list({ text: 'nothing' });
  const inspector = inspectorListener(store, { readOnly: true });
  const server = createServer((request, response) => void inspector(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  try {
    const urls = Object.entries(await paths(store)).map(
      ([page, path]) => [page, `http://127.0.0.1:${port}${path}`] as const,
    );
    const pages = await measurePages(urls, rounds, (round) =>
      progress.report(`inspector: ${name}, round ${round} of ${rounds}`),
    );
    return { store: name, rows, pages };
  } finally {
    inspector.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** The measured pages. */
async function paths(store: DeliveryStore): Promise<Readonly<Record<string, string>>> {
  const { deliveries, cursor } = await store.list();
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  return {
    'newest deliveries': '/deliveries',
    'older deliveries': `/deliveries?cursor=${cursor ?? ''}`,
    'by type': '/deliveries?type=scan_completed',
    'by a rare type': '/deliveries?type=malware_detected',
    'by severity': '/deliveries?severity=high',
    'by a rare severity': '/deliveries?severity=critical',
    'by state': '/deliveries?state=failed',
    'by a state that no delivery has': '/deliveries?state=queued',
    'by type and state that never occur together': '/deliveries?type=scan_completed&state=ignored',
    'by type, state and time': `/deliveries?type=scan_failed&state=failed&since=${ago(1)}`,
    'by scan': '/deliveries?scan=scan_5',
    'by target': '/deliveries?target=host-5.example.com',
    'by a rare word': '/deliveries?text=perimeter',
    'by a frequent word': '/deliveries?text=interior',
    'by a frequent word and a rare state': '/deliveries?text=interior&state=queued',
    'overview of an hour, kept': '/?range=hour',
    'overview of a day, kept': '/?range=day',
    'overview of a week, kept': '/?range=week',
    'overview of a month, kept': '/?range=month',
    // Another end of the range is another read.
    'overview of a month, read': `/?since=${ago(720)}&until=${new Date().toISOString().slice(0, 10)}T00:00:00.{round}Z`,
    'dead letters': '/dead-letters',
    'one delivery': `/deliveries/${deliveries[0]?.key ?? ''}`,
  };
}

/** The first requests fill the caches. */
const warmups = 2;

/** Measure the pages in turn, so that a moment of load on the machine does not slow down all requests of one page. */
async function measurePages(
  urls: readonly (readonly [string, string])[],
  rounds: number,
  report: (round: number) => void,
): Promise<readonly PageResult[]> {
  const measured = new Map<string, Measured[]>(urls.map(([page]) => [page, []]));
  for (let round = -warmups; round < rounds; round++) {
    report(Math.max(round + 1, 0));
    for (const [page, url] of shuffled(urls)) {
      const figures = await measurePage(url.replace('{round}', String(round + warmups).padStart(3, '0')));
      if (round >= 0) measured.get(page)?.push(figures);
    }
  }
  return [...measured].map(([page, figures]) => ({
    page,
    time: seriesOf(figures.map(({ time }) => time)),
    blocked: seriesOf(figures.map(({ blocked }) => blocked)).median,
  }));
}

interface Measured {
  readonly time: number;
  readonly blocked: number;
}

async function measurePage(url: string): Promise<Measured> {
  const start = performance.now();
  let [turned, blocked] = [cpuTime(), 0];
  const timer = setInterval(() => {
    const now = cpuTime();
    blocked = Math.max(blocked, now - turned);
    turned = now;
  });
  try {
    const response = await fetch(url);
    await response.text();
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    return { time: performance.now() - start, blocked: Math.max(blocked, cpuTime() - turned) };
  } finally {
    clearInterval(timer);
  }
}

/** The CPU time of this process, in milliseconds. Unlike a clock, it does not run while other processes do. */
function cpuTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
