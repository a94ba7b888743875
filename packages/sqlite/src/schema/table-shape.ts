import type BetterSqlite3 from 'better-sqlite3';

/** The columns of the guide's table. */
const guideColumns = [
  'id',
  'timestamp',
  'event_type',
  'source_ip',
  'payload',
  'processed',
  'error_message',
] as const;

/** Our own columns, each with the file version that added it, and the last version that has it. */
const ownColumns: Readonly<Record<string, readonly [since: number, until?: number]>> = {
  delivery_id: [1],
  endpoint: [1],
  state: [1],
  attempts: [1],
  next_attempt: [1, 3],
  lease: [1, 3],
  received_at: [1],
  dialect: [1],
  scan_id: [1],
  target: [1],
  handlers: [1],
  code: [1],
  issues: [1],
  failures: [2],
  due_at: [4],
  lease_owner: [4],
  lease_until: [4],
  lease_duration: [4],
  requested_wait: [4],
  trace_context: [6],
};

/** Names that a new file uses, in addition to the table itself. */
const ownObjects = [
  'webhook_logs_delivery',
  'webhook_logs_due',
  'webhook_logs_leases',
  'webhook_logs_time',
  'webhook_logs_type',
  'webhook_logs_endpoint',
  'webhook_logs_open',
  'webhook_logs_scan',
  'webhook_logs_target',
  'webhook_logs_foreign',
  'webhook_logs_unprocessed',
  'webhook_search',
  'webhook_refusals',
  'webhook_rejections',
  'webhook_unauthenticated',
  'webhook_unauthenticated_endpoint',
  'webhook_file',
] as const;

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
}

/**
 * Compare the table with the expected table. Another program may have its own table `webhook_logs`, and a migration of that
 * table would fail halfway with an SQL error.
 * @param version the version of the file
 * @returns the difference between the table and the table of this version. `undefined` if there is none
 */
export function differenceOf(handle: BetterSqlite3.Database, version: number): string | undefined {
  const table = handle
    .prepare<[], { type: string; wr: number }>("SELECT type, wr FROM pragma_table_list('webhook_logs')")
    .get();
  if (table?.type !== 'table' || table.wr !== 0) return 'it is not an ordinary table';
  const columns = handle.prepare<[], ColumnInfo>("SELECT * FROM pragma_table_info('webhook_logs')").all();
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  const own = Object.entries(ownColumns);
  const isIn = ([since, until = version]: readonly [since: number, until?: number]) =>
    since <= version && version <= until;
  const expected = [...guideColumns, ...own.filter(([, versions]) => isIn(versions)).map(([name]) => name)];
  const missing = expected.filter((name) => !names.has(name));
  if (missing.length > 0) return `it lacks the columns ${missing.join(', ')}`;
  const clashing = own.filter(([name, [since]]) => since > version && names.has(name)).map(([name]) => name);
  if (clashing.length > 0) return `it has columns ${clashing.join(', ')} of its own`;
  const keys = columns.filter(({ pk }) => pk > 0).map(({ name, type }) => `${name} ${type}`.toLowerCase());
  if (keys.join() !== 'id integer') return 'its primary key is not "id INTEGER"';
  const required = columns
    .filter(
      ({ name, notnull, dflt_value }) =>
        notnull === 1 && dflt_value === null && !expected.includes(name.toLowerCase()),
    )
    .map(({ name }) => name);
  if (required.length > 0)
    return `its columns ${required.join(', ')} require values that this kit does not set`;
  const taken = version === 0 ? ownObjects.filter((name) => hasObject(handle, name)) : [];
  return taken.length > 0 ? `the file also contains ${taken.join(', ')} of another program` : undefined;
}

/** Return whether the file contains a table or an index of this name. */
export function hasObject(handle: BetterSqlite3.Database, name: string): boolean {
  return handle.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined;
}
