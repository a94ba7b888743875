import {
  addAttempt,
  type HandlerRecord,
  type LogEntry,
  type LoggedDelivery,
  mayReplace,
  type StoredState,
  succeededHandlers,
} from '@spiderfoot-webhooks/core/stores';
import { type Batches, createBatches } from '../connection/batches.ts';
import type { Row, Value } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import type { Deadline } from '../connection/deadline.ts';
import { confirm, durable } from '../connection/durable-commit.ts';
import { handlersOf } from '../rows/columns.ts';
import { insertDeliveries, type NewDelivery, nameOf } from '../rows/insert-deliveries.ts';
import { toList } from '../rows/lists.ts';
import { toColumn, toOptionalColumn } from '../rows/text.ts';
import type { Runner } from './runner.ts';

/** The earlier record of a delivery. `known` is `undefined` for a new delivery. */
export interface Recorded {
  readonly known: LoggedDelivery | undefined;
}

/** The stored row of a delivery. */
interface KnownRow {
  readonly id: string;
  /** The row's version. PostgreSQL changes it with each update. */
  readonly version: string;
  readonly state: StoredState;
  readonly attempt: number;
  readonly handlers: readonly HandlerRecord[];
  readonly isRunningElsewhere: boolean;
}

export const find = (prefix: string, isElsewhere: string) => `
  SELECT d.id, d.xmin AS version, d.endpoint, d.delivery_id, d.state, d.attempts, d.handlers,
    ${isElsewhere} AS elsewhere
  FROM unnest($1::text[], $2::text[]) AS s (endpoint, delivery_id)
  JOIN ${prefix}deliveries AS d ON d.endpoint = s.endpoint AND d.delivery_id = s.delivery_id`;

/** Each parameter is a list with a value for each delivery. */
const columns = [
  'id',
  'version',
  'state',
  'attempts',
  'handlers',
  'error_message',
  'code',
  'issues',
  'owner',
  'lease',
];
const types = ['bigint', 'xid', 'text', 'integer', 'text', 'text', 'text', 'text', 'text', 'bigint'];

/** The version is the fence: another process may have changed the row since it was read. */
export const replace = (prefix: string) => `WITH ${durable}
  UPDATE ${prefix}deliveries AS d SET state = s.state, attempts = s.attempts, handlers = s.handlers::json,
    error_message = s.error_message, code = s.code, issues = s.issues::json, lease_owner = s.owner,
    lease_duration = s.lease, lease_until = now() + s.lease * interval '1 ms'
  FROM durable CROSS JOIN unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})
    AS s (${columns.join(', ')})
  WHERE d.id = s.id AND d.xmin = s.version
  RETURNING d.id`;

/** Create the writer of the log. The entries of one turn of the event loop are written together. */
export function createRecorder(db: Database, runner: Runner, lease: number): Batches<LogEntry, Recorded> {
  /** Insert new deliveries. @returns the entries whose deliveries are known */
  async function insert(entries: readonly LogEntry[], deadline: Deadline): Promise<readonly LogEntry[]> {
    if (entries.length === 0) return [];
    const rows = entries.map((entry) => toNewDelivery(entry, runner.owner, lease));
    const ids = await insertDeliveries(db, rows, deadline);
    return entries.filter((entry) => !ids.has(nameOf(entry)));
  }

  async function findKnown(
    entries: readonly LogEntry[],
    deadline: Deadline,
  ): Promise<ReadonlyMap<string, KnownRow>> {
    if (entries.length === 0) return new Map();
    const endpoints = toList(entries.map(({ endpoint }) => toColumn(endpoint)));
    const ids = toList(entries.map(({ id }) => toColumn(id)));
    const values = [endpoints, ids, runner.owner, runner.lockClass];
    const rows = await db.write({ text: find(db.prefix, runner.isElsewhere), values }, deadline);
    const byName = new Map(rows.map((row) => [`${row.endpoint}\n${row.delivery_id}`, toKnownRow(row)]));
    return new Map(
      entries.flatMap((entry) => {
        const row = byName.get(`${toColumn(entry.endpoint)}\n${toColumn(entry.id)}`);
        return row === undefined ? [] : [[nameOf(entry), row] as const];
      }),
    );
  }

  /** Replace records. @returns the names of the deliveries that another process has changed meanwhile */
  async function update(
    replaced: readonly (readonly [LogEntry, KnownRow])[],
    deadline: Deadline,
  ): Promise<ReadonlySet<string>> {
    if (replaced.length === 0) return new Set();
    const cells = replaced.map(([entry, row]) => toCells(entry, row, runner.owner, lease));
    const values = columns.map((_, index) => toList(cells.map((row) => row[index] ?? null)));
    const rows = await db.write({ text: replace(db.prefix), values }, deadline);
    const written = new Set(rows.map(({ id }) => id));
    return new Set(replaced.filter(([, { id }]) => !written.has(id)).map(([entry]) => nameOf(entry)));
  }

  async function record(
    entries: readonly LogEntry[],
    deadline: Deadline,
  ): Promise<ReadonlyMap<string, Recorded>> {
    // A received delivery is most likely new, and any other one is most likely known.
    const isReceived = ({ state }: LogEntry) => state === 'received';
    const settled = entries.filter((entry) => !isReceived(entry));
    const found = await findKnown(settled, deadline);
    const mayBeNew = entries.filter((entry) => !found.has(nameOf(entry)));
    const known = await insert(mayBeNew, deadline);
    const rows = new Map([...found, ...(await findKnown(known, deadline))]);
    const replaced = entries.flatMap((entry) => {
      const row = rows.get(nameOf(entry));
      return row !== undefined && isReplaced(entry, row) ? [[entry, row] as const] : [];
    });
    const conflicts = await update(replaced, deadline);
    // The commit of an update also waits for earlier commits.
    if (rows.size > 0 && replaced.length === conflicts.size) await db.write({ text: confirm }, deadline);
    const inserted = mayBeNew.filter((entry) => !known.includes(entry));
    const results = new Map<string, Recorded>(inserted.map((entry) => [nameOf(entry), { known: undefined }]));
    for (const entry of entries) {
      const row = rows.get(nameOf(entry));
      if (row !== undefined) results.set(nameOf(entry), { known: toLoggedDelivery(entry, row) });
    }
    // A delivery that was deleted between two statements is also recorded again.
    const again = entries.filter((entry) => conflicts.has(nameOf(entry)) || !results.has(nameOf(entry)));
    return again.length === 0 ? results : new Map([...results, ...(await record(again, deadline))]);
  }

  return createBatches<LogEntry, Recorded>({
    patience: db.patience,
    commits: db.commits,
    keyOf: nameOf,
    sizeOf: ({ body }) => body.byteLength,
    async send(entries, deadline) {
      const results = await record(entries, deadline);
      return entries.flatMap((entry) => results.get(nameOf(entry)) ?? []);
    },
  });
}

function toNewDelivery(entry: LogEntry, owner: string, lease: number): NewDelivery {
  const { state, attempt, error, code, issues } = entry;
  return {
    ...{ delivery: entry, state, attempts: attempt, error, code },
    ...(state === 'received' ? { owner, lease } : {}),
    handlers: handlersAfter(entry, []),
    issues: issues && JSON.stringify(issues),
  };
}

function toKnownRow(row: Row): KnownRow {
  return {
    id: String(row.id),
    version: String(row.version),
    state: row.state as StoredState,
    attempt: Number(row.attempts),
    handlers: handlersOf(row.handlers),
    isRunningElsewhere: row.elsewhere === 't',
  };
}

function isReplaced({ state }: LogEntry, row: KnownRow): boolean {
  return !isRunning(state, row) && mayReplace(row, state);
}

function isRunning(state: LogEntry['state'], row: KnownRow): boolean {
  return state === 'received' && row.state === 'received' && row.isRunningElsewhere;
}

function toLoggedDelivery(entry: LogEntry, row: KnownRow): LoggedDelivery {
  const running = isRunning(entry.state, row);
  const { state, attempt } = row;
  return { state, attempt, succeeded: succeededHandlers(row.handlers), ...(running && { running }) };
}

/** Return the handlers' records after an attempt, as JSON. */
function handlersAfter(entry: LogEntry, known: readonly HandlerRecord[]): string | undefined {
  const ran = entry.state === 'processed' || entry.state === 'failed';
  const handlers = ran ? addAttempt(known, entry) : known;
  return handlers.length === 0 ? undefined : JSON.stringify(handlers);
}

/** A `received` entry changes the state of a known delivery, and keeps its attempts. */
function toCells(entry: LogEntry, row: KnownRow, owner: string, lease: number): readonly Value[] {
  const { state, attempt, error, code, issues } = entry;
  const isReceived = state === 'received';
  return [
    ...[row.id, row.version, state, isReceived ? row.attempt : attempt],
    ...[handlersAfter(entry, row.handlers) ?? null, toOptionalColumn(error), toOptionalColumn(code)],
    ...[issues === undefined ? null : JSON.stringify(issues)],
    ...(isReceived ? [owner, lease] : [null, null]),
  ];
}
