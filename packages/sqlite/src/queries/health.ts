import { setImmediate as turn } from 'node:timers/promises';
import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { timeOf } from '../rows/cells.ts';

/** Entries of an index that are counted in one turn of the event loop. This takes some milliseconds. */
const countedAtOnce = 20_000;

const stateAfter = `
  FROM webhook_logs INDEXED BY webhook_logs_open
  WHERE state <> 'processed' AND state = @state AND (received_at, id) > (@time, @id) ORDER BY received_at, id`;

const oldestQueued = `
  SELECT min(received_at) AS time FROM webhook_logs INDEXED BY webhook_logs_open
  WHERE state <> 'processed' AND state = 'queued'`;

const dueAfter = `
  FROM webhook_logs INDEXED BY webhook_logs_due
  WHERE endpoint = @endpoint AND due_at IS NOT NULL AND (due_at, id) > (@time, @id) ORDER BY due_at, id`;

const endpointAfter = `
  SELECT min(endpoint) AS endpoint FROM webhook_logs INDEXED BY webhook_logs_due
  WHERE due_at IS NOT NULL AND endpoint > ?`;

/** The entries of an index with one value, in the order of time. */
interface Entries {
  /** Selects the entries after a time and an id. */
  readonly after: string;
  /** The name of the column with the time. */
  readonly time: 'received_at' | 'due_at';
  readonly values: Readonly<Record<string, string>>;
}

/** Count the deliveries that are not settled. A file that cannot be read is not ready. */
export async function readHealth(db: Database): Promise<StoreHealth> {
  try {
    const now = Date.now();
    const countState = (state: string) =>
      countInSlices(db, { after: stateAfter, time: 'received_at', values: { state } });
    const queued = await countState('queued');
    const running = await countState('running');
    const dead = await countState('dead');
    const delayed = Math.min(queued, await countDelayed(db, now));
    const oldest = await db.read(() => db.statement(oldestQueued).get() as { readonly time: unknown });
    return { ready: true, waiting: queued - delayed, running, delayed, dead, oldest: timeOf(oldest.time) };
  } catch {
    return { ready: false, waiting: 0, running: 0, delayed: 0, dead: 0, oldest: undefined };
  }
}

/** Count by the index of each endpoint, so that deliveries that are due are not read. */
async function countDelayed(db: Database, now: number): Promise<number> {
  let delayed = 0;
  for (let endpoint = ''; ; ) {
    const next = await db.read(() => nextEndpoint(db, endpoint));
    if (next === undefined) return delayed;
    delayed += await countInSlices(db, { after: dueAfter, time: 'due_at', values: { endpoint: next } }, now);
    endpoint = next;
  }
}

function nextEndpoint(db: Database, endpoint: string): string | undefined {
  const row = db.statement(endpointAfter).get(endpoint) as { readonly endpoint: unknown };
  return typeof row.endpoint === 'string' ? row.endpoint : undefined;
}

/** Count entries after a time, in slices, so that a long queue does not block the event loop. */
async function countInSlices(db: Database, entries: Entries, since?: number): Promise<number> {
  let count = 0;
  for (let from = { time: since ?? Number.MIN_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER }; ; ) {
    const slice = await db.read(() => countSlice(db, entries, from));
    count += slice.count;
    if (slice.end === undefined) return count;
    from = slice.end;
    await turn();
  }
}

interface EntryPosition {
  readonly time: number;
  readonly id: number;
}

/** @returns the number of entries after a position, and the last of them if there are more */
function countSlice(
  db: Database,
  { after, time, values }: Entries,
  from: EntryPosition,
): { readonly count: number; readonly end: EntryPosition | undefined } {
  const named = { ...values, ...from };
  const end = db
    .statement(`SELECT ${time} AS time, id ${after} LIMIT 1 OFFSET ${countedAtOnce - 1}`)
    .get(named) as EntryPosition | undefined;
  if (end !== undefined) return { count: countedAtOnce, end };
  const rest = db.statement(`SELECT count(*) AS count FROM (SELECT 1 ${after})`).get(named);
  return { count: (rest as { readonly count: number }).count, end: undefined };
}
