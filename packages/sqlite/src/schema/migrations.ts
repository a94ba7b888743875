import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type BetterSqlite3 from 'better-sqlite3';
import { differenceOf, hasObject } from './table-shape.ts';

/**
 * The guide's table, as its `WebhookLogger` creates it. Our columns follow its columns, so that its INSERT also works on our
 * table.
 */
const guideTable = `
  CREATE TABLE IF NOT EXISTS webhook_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp TEXT NOT NULL,
    event_type TEXT NOT NULL,
    source_ip TEXT,
    payload TEXT NOT NULL,
    processed BOOLEAN DEFAULT FALSE,
    error_message TEXT
  );`;

const textAt = (path: string) => `CASE WHEN json_valid(payload) AND json_type(payload, '${path}') = 'text'
    THEN json_extract(payload, '${path}') END`;

/**
 * The guide's column `timestamp`, which is UTC without a zone, in milliseconds since 1970. The current time if the column
 * does not contain a time.
 */
export const guideTimestamp = `coalesce(
      CAST(round(unixepoch(timestamp, 'subsec') * 1000) AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER))`;

/**
 * Fill our columns in the rows of the guide's logger, which does not set them. This runs before each query. A trigger
 * would fill them at once, but with a trigger SQLite keeps a journal for each INSERT, which doubles the cost of a
 * delivery.
 */
export const adopt = `
  UPDATE webhook_logs SET
    state = CASE WHEN processed THEN 'processed' ELSE 'failed' END,
    received_at = ${guideTimestamp},
    scan_id = ${textAt('$.data.scan_id')},
    target = ${textAt('$.data.target')}
  WHERE state IS NULL`;

const afterSpace = (text: string) => `substr(${text}, instr(${text}, ' ') + 1)`;

/**
 * One step per version of the file: step n leads from version n to n + 1. A step that was released is never changed.
 *
 * Times are milliseconds since 1970.
 *
 * - `due_at`: for a queued delivery, the earliest time of its next attempt. 0 if it was replayed, sent again or released.
 *   It is then due before all other deliveries, regardless of the clock. Otherwise NULL
 * - `requested_wait`: for a queued delivery, the wait until `due_at` in milliseconds, if a handler asked for it
 * - `lease_owner`: for a running delivery, its worker. For a received delivery, the process and the store that run its
 *   handlers. Otherwise NULL, like the other columns of the lease
 * - `lease_until`: the time at which the lease expires. The owner then no longer counts as running the delivery
 * - `lease_duration`: milliseconds from the beginning of the lease to its end
 * - `attempts` counts every attempt before it begins
 * - `failures` counts the attempts that failed or lost their process, which `maxAttempts` limits
 */
const steps: readonly string[] = [
  `${guideTable}
  ALTER TABLE webhook_logs ADD COLUMN delivery_id TEXT;
  ALTER TABLE webhook_logs ADD COLUMN endpoint TEXT;
  ALTER TABLE webhook_logs ADD COLUMN state TEXT;
  ALTER TABLE webhook_logs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE webhook_logs ADD COLUMN next_attempt INTEGER;
  ALTER TABLE webhook_logs ADD COLUMN lease TEXT;
  ALTER TABLE webhook_logs ADD COLUMN received_at INTEGER;
  ALTER TABLE webhook_logs ADD COLUMN dialect TEXT;
  ALTER TABLE webhook_logs ADD COLUMN scan_id TEXT;
  ALTER TABLE webhook_logs ADD COLUMN target TEXT;
  ALTER TABLE webhook_logs ADD COLUMN handlers TEXT;
  ALTER TABLE webhook_logs ADD COLUMN code TEXT;
  ALTER TABLE webhook_logs ADD COLUMN issues TEXT;
  ${adopt};

  CREATE UNIQUE INDEX webhook_logs_delivery ON webhook_logs (delivery_id, endpoint) WHERE delivery_id IS NOT NULL;
  CREATE INDEX webhook_logs_due ON webhook_logs (endpoint, next_attempt) WHERE next_attempt IS NOT NULL;
  CREATE INDEX webhook_logs_time ON webhook_logs (received_at, state, event_type, endpoint);
  CREATE INDEX webhook_logs_type ON webhook_logs (event_type, received_at);
  CREATE INDEX webhook_logs_endpoint ON webhook_logs (endpoint, received_at);
  CREATE INDEX webhook_logs_open ON webhook_logs (state, received_at) WHERE state <> 'processed';
  CREATE INDEX webhook_logs_scan ON webhook_logs (scan_id, received_at) WHERE scan_id IS NOT NULL;
  CREATE INDEX webhook_logs_target ON webhook_logs (target, received_at) WHERE target IS NOT NULL;

  CREATE INDEX webhook_logs_foreign ON webhook_logs (id) WHERE state IS NULL;

  CREATE VIRTUAL TABLE webhook_search USING fts5 (payload, content = '', contentless_delete = 1);

  CREATE TABLE webhook_refusals (
    hour INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    code TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (hour, endpoint, code)
  ) WITHOUT ROWID;

  CREATE TABLE webhook_unauthenticated (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    code TEXT NOT NULL,
    source_ip TEXT
  );`,
  `CREATE TABLE webhook_file (id TEXT NOT NULL);
  INSERT INTO webhook_file (id) VALUES (lower(hex(randomblob(16))));

  ALTER TABLE webhook_logs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
  UPDATE webhook_logs SET failures = attempts - (state = 'running')
  WHERE state <> 'processed' AND state IN ('queued', 'running', 'dead') AND attempts > 0;`,
  // Rows up to this number have search index entries that were written without decoding strings. They are indexed
  // again in slices, because dropping the index here would delay the start with a large file.
  `ALTER TABLE webhook_file ADD COLUMN outdated_index INTEGER NOT NULL DEFAULT 0;
  UPDATE webhook_file
  SET outdated_index = coalesce((SELECT rowid FROM webhook_search ORDER BY rowid DESC LIMIT 1), 0);`,
  // Before, `next_attempt` was also the end of a lease. `lease` was a duration and a unique part in a running row, the
  // wait that a handler asked for in a queued row, and "end beginning machine pid start store" in a received row.
  // Columns are renamed and not dropped, because dropping one rewrites the table.
  `DROP INDEX webhook_logs_due;
  ALTER TABLE webhook_logs RENAME COLUMN next_attempt TO due_at;
  ALTER TABLE webhook_logs RENAME COLUMN lease TO lease_owner;
  ALTER TABLE webhook_logs ADD COLUMN lease_until INTEGER;
  ALTER TABLE webhook_logs ADD COLUMN lease_duration INTEGER;
  ALTER TABLE webhook_logs ADD COLUMN requested_wait INTEGER;
  UPDATE webhook_logs SET requested_wait = CAST(lease_owner AS INTEGER), lease_owner = NULL
  WHERE state <> 'processed' AND state = 'queued' AND lease_owner IS NOT NULL;
  UPDATE webhook_logs SET lease_until = due_at, lease_duration = CAST(lease_owner AS INTEGER), due_at = NULL
  WHERE state <> 'processed' AND state = 'running';
  UPDATE webhook_logs SET
    lease_until = CAST(lease_owner AS INTEGER),
    lease_duration = CAST(lease_owner AS INTEGER) - CAST(${afterSpace('lease_owner')} AS INTEGER),
    lease_owner = ${afterSpace(afterSpace('lease_owner'))}
  WHERE state <> 'processed' AND state = 'received' AND lease_owner IS NOT NULL;
  CREATE INDEX webhook_logs_due ON webhook_logs (endpoint, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX webhook_logs_leases ON webhook_logs (endpoint, lease_until) WHERE state = 'running';

  ALTER TABLE webhook_refusals RENAME TO webhook_rejections;`,
  // The requests of rejections. `headers` is JSON, and NULL for a rejection that an older version has recorded.
  `ALTER TABLE webhook_unauthenticated ADD COLUMN method TEXT;
  ALTER TABLE webhook_unauthenticated ADD COLUMN headers TEXT;
  ALTER TABLE webhook_unauthenticated ADD COLUMN body BLOB;
  ALTER TABLE webhook_unauthenticated ADD COLUMN truncated INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX webhook_unauthenticated_endpoint ON webhook_unauthenticated (endpoint, id);`,
  `ALTER TABLE webhook_logs ADD COLUMN trace_context TEXT;`,
  // For lists of a type and one of these states. A delivery that succeeds is never in this index.
  `CREATE INDEX webhook_logs_unprocessed ON webhook_logs (state, event_type, received_at)
  WHERE state IN ('failed', 'ignored', 'rejected', 'dead');`,
];

/** The version that this kit writes. */
const newestVersion = steps.length;

function versionOf(handle: BetterSqlite3.Database): number {
  return Number(handle.pragma('user_version', { simple: true }));
}

export function isNewest(handle: BetterSqlite3.Database): boolean {
  return versionOf(handle) === newestVersion;
}

/** Return whether an older version of the kit has written a file. */
export function isOlder(handle: BetterSqlite3.Database): boolean {
  const version = versionOf(handle);
  return version > 0 && version < newestVersion;
}

/** Return the id that identifies this file and its copies. `undefined` for a file of another program. */
export function idOf(handle: BetterSqlite3.Database): string | undefined {
  if (versionOf(handle) === 0 || !hasObject(handle, 'webhook_file')) return undefined;
  return String(handle.prepare('SELECT id FROM webhook_file').pluck().get());
}

/**
 * @param mustExist whether to also reject a file without the tables of this kit
 * @throws ConfigurationError if the file was written by a newer version of the kit or by another program. The file is
 *   not changed
 */
export function rejectUnknownSchema(handle: BetterSqlite3.Database, path: string, mustExist: boolean): void {
  // Use one transaction, because another process may migrate the file between reading its version and its table.
  const problem = handle.transaction(() => problemOf(handle, mustExist))();
  if (problem !== undefined) throw new ConfigurationError('path', `${path} ${problem}`);
}

function problemOf(handle: BetterSqlite3.Database, mustExist: boolean): string | undefined {
  const version = versionOf(handle);
  if (version > newestVersion) {
    return `has version ${version}, but this version of the kit supports only versions up to ${newestVersion}. Update @spiderfoot-webhooks/sqlite. The file was not changed.`;
  }
  if (hasObject(handle, 'webhook_logs')) {
    const difference = differenceOf(handle, version);
    return (
      difference &&
      `contains a table webhook_logs of another program: ${difference}. The file was not changed. Choose another file.`
    );
  }
  if (version > 0) {
    return `belongs to another program: it has version ${version}, but no table webhook_logs. The file was not changed. Choose another file.`;
  }
  return mustExist
    ? 'has no table webhook_logs, so no receiver has written it. The file was not changed. Choose another file.'
    : undefined;
}

/** Migrate a file of the guide's logger or of an older version to the newest version, in one transaction. */
export function migrate(handle: BetterSqlite3.Database): void {
  if (versionOf(handle) === newestVersion) return;
  // Read the version again inside the transaction, because another process may have migrated the file in the meantime.
  const toNewest = handle.transaction(() => {
    for (const step of steps.slice(versionOf(handle))) handle.exec(step);
    handle.pragma(`user_version = ${newestVersion}`);
  });
  toNewest.immediate();
}
