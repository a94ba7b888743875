import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type {
  DeliveryLog,
  DeliveryStore,
  DeliveryWithBody,
  LogEntry,
} from '@spiderfoot-webhooks/core/stores';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import type { Progress } from '../report/progress.ts';
import { quantile, type Series, seriesOf } from '../report/statistics.ts';
import { signedBodies } from '../support/bodies.ts';
import { temporaryFile } from '../support/files.ts';

/** Rows per second, by the number of concurrent writes. One commit writes all rows of one turn of the event loop. */
interface CommitResult {
  readonly together: number;
  readonly rowsPerSecond: Series;
  /** Its rows per second over the disk's syncs per second. */
  readonly perSync: number;
}

/** A store whose rows are measured. */
type Store = Pick<DeliveryLog, 'record'> & Pick<DeliveryStore, 'list' | 'counts' | 'import'>;

/** The figures of a table with this number of rows. */
export interface SizeResult {
  readonly rows: number;
  /** Microseconds per row, with 64 concurrent writes. */
  readonly insert: Series;
  /** Milliseconds to list a page of 50 rows, by filter. */
  readonly lists: Readonly<Record<string, number>>;
  /** MiB. */
  readonly memory: number;
}

export interface StoreRowsResult {
  readonly syncsPerSecond: number;
  readonly commits: readonly CommitResult[];
  readonly sizes: readonly SizeResult[];
}

export async function measureStoreRows(
  rounds: number,
  most: number,
  progress: Progress,
): Promise<StoreRowsResult> {
  const syncsPerSecond = measureSyncs();
  return {
    syncsPerSecond,
    commits: await measureCommits(rounds, syncsPerSecond, progress),
    sizes: await measureFile(most, progress),
  };
}

/** Measure the syncs per second, from the median of many syncs of one page. */
function measureSyncs(): number {
  const file = openSync(temporaryFile(), 'w');
  const page = Buffer.alloc(4096, 'x');
  const times = Array.from({ length: 500 }, () => {
    writeSync(file, page);
    const start = performance.now();
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  return 1000 / quantile(times, 0.5);
}

async function measureCommits(
  rounds: number,
  syncsPerSecond: number,
  progress: Progress,
): Promise<CommitResult[]> {
  const store = openStore(temporaryFile());
  const rates = new Map<number, number[]>([1, 8, 64, 128].map((together) => [together, []]));
  for (let round = -2; round < rounds; round++) {
    progress.report(`commits: round ${Math.max(round + 1, 0)} of ${rounds}`);
    for (const [together, series] of rates) {
      const rate = 1_000_000 / (await insert(store, together * 20, together));
      if (round >= 0) series.push(rate);
    }
  }
  await store.close();
  return [...rates].map(([together, series]) => {
    const rowsPerSecond = seriesOf(series);
    return { together, rowsPerSecond, perSync: rowsPerSecond.median / syncsPerSecond };
  });
}

async function measureFile(most: number, progress: Progress): Promise<SizeResult[]> {
  const store = openStore(temporaryFile());
  const results = await measureSizes(store, most, progress);
  await store.close();
  return results;
}

/**
 * Fill a table, and measure it at 10,000 rows and at each further power of ten.
 * @param most the number of rows at the end
 */
export async function measureSizes(store: Store, most: number, progress: Progress): Promise<SizeResult[]> {
  const results: SizeResult[] = [];
  /** The rows before each mark are measured in slices of this size. */
  const slice = 640;
  let rows = 0;
  for (const mark of [10_000, 100_000, 1_000_000, 10_000_000].filter((size) => size <= most)) {
    while (rows < mark - 10 * slice) {
      progress.report(`rows: ${rows} of ${most}`);
      const count = Math.min(6400, mark - 10 * slice - rows);
      if (store.import === undefined) await insert(store, count, 64);
      else await store.import({ deliveries: signedBodies(count, 512).map(toDelivery) });
      rows += count;
    }
    const times: number[] = [];
    for (; rows < mark; rows += slice) times.push(await insert(store, slice, 64));
    progress.report(`rows: searching ${mark}`);
    // The first search builds the index.
    await store.list({ text: 'nothing' });
    const lists = await measureLists(store);
    results.push({ rows: mark, insert: seriesOf(times), lists, memory: process.memoryUsage.rss() / 2 ** 20 });
  }
  return results;
}

async function measureLists(store: Store): Promise<Record<string, number>> {
  const hour = new Date(Date.now() - 3_600_000);
  const queries: Readonly<Record<string, () => Promise<unknown>>> = {
    newest: () => store.list(),
    'by type': () => store.list({ eventType: 'scan_completed' }),
    'by state': () => store.list({ state: 'received' }),
    'by endpoint': () => store.list({ endpoint: 'default' }),
    'by time': () => store.list({ since: hour }),
    'by scan': () => store.list({ scanId: 'scan_5' }),
    'by target': () => store.list({ target: 'example.com' }),
    'by text': () => store.list({ text: 'perimeter' }),
    'counts, all': () => store.counts({ by: ['eventType', 'state'] }),
  };
  const results: Record<string, number> = {};
  for (const [name, query] of Object.entries(queries)) {
    const times: number[] = [];
    for (let n = 0; n < 15; n++) {
      const start = performance.now();
      await query();
      times.push(performance.now() - start);
    }
    results[name] = quantile(times, 0.5);
  }
  return results;
}

/** Write `count` rows, with `together` concurrent writes. @returns microseconds per row */
async function insert(store: Store, count: number, together: number): Promise<number> {
  const entries = signedBodies(count, 512).map(toEntry);
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: together }, async () => {
      for (let entry = entries[next++]; entry !== undefined; entry = entries[next++])
        await store.record(entry);
    }),
  );
  return ((performance.now() - start) / count) * 1000;
}

let scan = 0;

function toEntry({ body, digest }: { readonly body: Buffer; readonly digest: string }): LogEntry {
  // A scan has a few hundred events.
  const scan_id = `scan_${Math.floor(scan++ / 200)}`;
  return {
    ...{ id: digest.slice(0, 32), endpoint: 'default', receivedAt: new Date(), ip: '127.0.0.1', body },
    ...{ eventType: 'scan_completed', dialect: 'guide', scanId: scan_id, target: 'example.com' },
    ...{ state: 'received', attempt: 0, succeeded: [] },
  };
}

/** Return a delivery for `import`, which fills a table faster than single writes. */
function toDelivery(signed: Parameters<typeof toEntry>[0]): DeliveryWithBody {
  const { attempt: attempts, succeeded: _, ...entry } = toEntry(signed);
  return {
    ...entry,
    ...{ key: '', eventType: 'scan_completed', attempts, failures: 0 },
    ...{ nextAttempt: undefined, handlers: [] },
    ...{ error: undefined, code: undefined, issues: [] },
  };
}
