import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Database } from 'better-sqlite3';
import { differenceOf } from './table-shape.ts';

/** The guide's table, as its `WebhookLogger` makes it. Our columns come after it, so that its INSERT works on ours. */
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
 * The guide's column `timestamp`, which is UTC without a zone, in milliseconds since 1970. The current time if it
 * holds no time.
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

/**
 * One step per version of the file: step n leads from version n to n + 1. A step that was released is never changed.
 *
 * Times are milliseconds since 1970. `next_attempt` is when somebody is to look at a delivery again: of one that is
 * queued when it came, or when its next try is due; the end of the lease of one that runs; NULL for all others. 0, of
 * what has been replayed, sent again or given back, is due before all others and whatever the clock says. `lease` is
 * whose a running one is: the lease's length in milliseconds, and a unique part; of one that is received, until when
 * its handlers may be running; of one that is queued, the wait that a handler asked for, in milliseconds. `attempts`
 * counts every attempt before it begins. `failures` counts the attempts that failed or lost their process, which
 * `maxAttempts` limits.
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
];

/** The version that this kit writes. */
const newestVersion = steps.length;

function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

export function isNewest(db: Database): boolean {
  return versionOf(db) === newestVersion;
}

/** Return the id that identifies this file and its copies. `undefined` for a file of another program. */
export function idOf(db: Database): string | undefined {
  if (versionOf(db) === 0 || !hasTable(db, 'webhook_file')) return undefined;
  return String(db.prepare('SELECT id FROM webhook_file').pluck().get());
}

function hasTable(db: Database, name: string): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined;
}

/**
 * @param mustHold whether a file that holds no deliveries yet is refused as well
 * @throws ConfigurationError if the file was written by a newer version of the kit or by another program. The file is
 *   not changed
 */
export function refuseUnknown(db: Database, path: string, mustHold: boolean): void {
  // Use one transaction, because another process may migrate the file between reading its version and its table.
  const problem = db.transaction(() => problemOf(db, mustHold))();
  if (problem !== undefined) throw new ConfigurationError('path', `${path} ${problem}`);
}

function problemOf(db: Database, mustHold: boolean): string | undefined {
  const version = versionOf(db);
  if (version > newestVersion) {
    return `has version ${version}, but this version of the kit supports only versions up to ${newestVersion}. Update @spiderfoot-webhooks/sqlite. The file was not changed.`;
  }
  if (hasTable(db, 'webhook_logs')) {
    const difference = differenceOf(db, version);
    return (
      difference &&
      `contains a table webhook_logs of another program: ${difference}. The file was not changed. Choose another file.`
    );
  }
  if (version > 0) {
    return `belongs to another program: it has version ${version}, but no table webhook_logs. The file was not changed. Choose another file.`;
  }
  return mustHold
    ? 'has no table webhook_logs, so no receiver has written it. The file was not changed. Choose another file.'
    : undefined;
}

/** Migrate a file of the guide's logger or of an older version to the newest version, in one transaction. */
export function migrate(db: Database): void {
  if (versionOf(db) === newestVersion) return;
  // Looked at again inside: another process may have done it in the meantime.
  const toNewest = db.transaction(() => {
    for (const step of steps.slice(versionOf(db))) db.exec(step);
    db.pragma(`user_version = ${newestVersion}`);
  });
  toNewest.immediate();
}
