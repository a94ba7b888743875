import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeliveryLog, DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { inspectorListener } from '@spiderfoot-webhooks/inspector/node';
import { openStore as openPostgres } from '@spiderfoot-webhooks/postgres';
import { openStore as openSqlite } from '@spiderfoot-webhooks/sqlite';
import { engines } from '../engines/engine-servers.ts';
import type { Progress } from '../report/progress.ts';
import { quantile } from '../report/statistics.ts';
import { temporaryFile } from '../support/files.ts';
import { storeRows } from './stored-rows.ts';

/** The time of one page of the inspector. */
interface PageResult {
  readonly page: string;
  /** The median, in milliseconds. */
  readonly median: number;
  /** The 95th percentile, in milliseconds. */
  readonly p95: number;
}

/** The pages of the inspector over one store. */
export interface InspectorResult {
  readonly store: string;
  readonly rows: number;
  readonly pages: readonly PageResult[];
}

/** Measure the pages of the inspector over HTTP, on SQLite and on PostgreSQL. */
export async function measureInspector(
  rounds: number,
  rows: number,
  progress: Progress,
): Promise<readonly InspectorResult[]> {
  const sqlite = openSqlite(temporaryFile());
  const inSqlite = await measureStore('SQLite', sqlite, rounds, rows, progress);
  await sqlite.close();
  const server = await engines.postgres();
  try {
    const postgres = openPostgres(server.address);
    await postgres.ready();
    const inPostgres = await measureStore('PostgreSQL', postgres, rounds, rows, progress);
    await postgres.close();
    return [inSqlite, inPostgres];
  } finally {
    await server.stop();
  }
}

async function measureStore(
  name: string,
  store: DeliveryStore & Pick<DeliveryLog, 'record'>,
  rounds: number,
  rows: number,
  progress: Progress,
): Promise<InspectorResult> {
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
    const pages: PageResult[] = [];
    for (const [page, path] of Object.entries(await paths(store))) {
      progress.report(`inspector: ${name}, ${page}`);
      pages.push({ page, ...(await measurePage(`http://127.0.0.1:${port}${path}`, rounds)) });
    }
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
  const hour = new Date(Date.now() - 3_600_000).toISOString();
  return {
    'newest deliveries': '/deliveries',
    'older deliveries': `/deliveries?cursor=${cursor ?? ''}`,
    'by type': '/deliveries?type=scan_completed',
    'by severity': '/deliveries?severity=high',
    'by state': '/deliveries?state=failed',
    'by type, state and time': `/deliveries?type=scan_failed&state=failed&since=${hour}`,
    'by scan': '/deliveries?scan=scan_5',
    'by target': '/deliveries?target=host-5.example.com',
    'by text': '/deliveries?text=perimeter',
    'one delivery': `/deliveries/${deliveries[0]?.key ?? ''}`,
  };
}

/** The first requests fill the caches. */
const warmups = 3;

async function measurePage(url: string, rounds: number): Promise<Omit<PageResult, 'page'>> {
  const times: number[] = [];
  for (let round = -warmups; round < rounds; round++) {
    const start = performance.now();
    const response = await fetch(url);
    await response.text();
    const time = performance.now() - start;
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    if (round >= 0) times.push(time);
  }
  return { median: quantile(times, 0.5), p95: quantile(times, 0.95) };
}
