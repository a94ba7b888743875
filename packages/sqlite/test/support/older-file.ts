import Database from 'better-sqlite3';

/** For each version of the file, the statements that undo the migration to the next version. */
const undo: Readonly<Record<number, string>> = {
  6: 'DROP INDEX webhook_logs_unprocessed;',
  5: 'ALTER TABLE webhook_logs DROP COLUMN trace_context;',
  4: `
    DROP INDEX webhook_unauthenticated_endpoint;
    ALTER TABLE webhook_unauthenticated DROP COLUMN truncated;
    ALTER TABLE webhook_unauthenticated DROP COLUMN body;
    ALTER TABLE webhook_unauthenticated DROP COLUMN headers;
    ALTER TABLE webhook_unauthenticated DROP COLUMN method;`,
  3: `
    DROP INDEX webhook_logs_due;
    DROP INDEX webhook_logs_leases;
    ALTER TABLE webhook_logs DROP COLUMN requested_wait;
    ALTER TABLE webhook_logs DROP COLUMN lease_duration;
    ALTER TABLE webhook_logs DROP COLUMN lease_until;
    ALTER TABLE webhook_logs RENAME COLUMN lease_owner TO lease;
    ALTER TABLE webhook_logs RENAME COLUMN due_at TO next_attempt;
    CREATE INDEX webhook_logs_due ON webhook_logs (endpoint, next_attempt) WHERE next_attempt IS NOT NULL;
    ALTER TABLE webhook_rejections RENAME TO webhook_refusals;`,
  2: 'ALTER TABLE webhook_file DROP COLUMN outdated_index;',
  1: `
    DROP TABLE webhook_file;
    ALTER TABLE webhook_logs DROP COLUMN failures;`,
};

/** Change a file of the newest version to an older version. The cells keep their values. */
export function downgrade(path: string, version: 1 | 2 | 3 | 4 | 5 | 6): void {
  const db = new Database(path);
  for (let to = 6; to >= version; to--) db.exec(undo[to] ?? '');
  db.pragma(`user_version = ${version}`);
  db.close();
}

/** Open a database as a receiver of any version does. */
export function openDatabase(path: string) {
  const db = new Database(path);
  db.prepare('SELECT 1 FROM webhook_logs').all();
  return { version: () => db.pragma('user_version', { simple: true }), close: () => void db.close() };
}
