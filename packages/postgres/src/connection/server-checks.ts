import { ServerSettingError } from '../errors.ts';
import type { Row, Session } from './clients.ts';
import { durable } from './durable-commit.ts';

/** The oldest version of PostgreSQL that is supported. */
const oldestVersion = 13;

/**
 * `synchronous_commit` is read in a transaction that sets it as every write does. The other settings decide whether a commit
 * is on the disk.
 */
const settings = `WITH ${durable}
  SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
    pg_is_in_recovery() AS recovery, current_setting('transaction_read_only') AS read_only,
    current_setting('fsync') AS fsync, durable.mode AS synchronous_commit
  FROM durable`;

/**
 * Check that the server can keep deliveries.
 * @param readOnly whether the store only reads, which a standby allows
 * @throws ServerSettingError that names the setting and the remedy
 */
export async function checkServer(session: Session, readOnly: boolean): Promise<void> {
  const [row] = await session.query({ text: settings });
  const problem = row && problemOf(row, readOnly);
  if (problem) throw new ServerSettingError(...problem);
}

/** Return the setting that prevents the use of a server, and the problem. */
function problemOf(row: Row, readOnly: boolean): readonly [setting: string, problem: string] | undefined {
  const { version, encoding, recovery, read_only, fsync, synchronous_commit } = row;
  if (Math.floor(Number(version) / 10_000) < oldestVersion) {
    return ['server_version', `it is older than PostgreSQL ${oldestVersion}. Upgrade the server.`];
  }
  if (encoding !== 'UTF8') {
    const remedy = "Create a database with ENCODING 'UTF8' TEMPLATE template0.";
    return ['server_encoding', `the encoding of the database is ${encoding}. ${remedy}`];
  }
  if (readOnly) return undefined;
  if (recovery === 't') {
    return ['in_recovery', 'it is a standby, which cannot be written. Connect to the primary server.'];
  }
  if (read_only === 'on') {
    const remedy = 'Remove default_transaction_read_only from the server, the database and the role.';
    return ['default_transaction_read_only', `it allows no writes. ${remedy}`];
  }
  if (fsync !== 'on') {
    return ['fsync', 'fsync is off, so a crash loses acknowledged deliveries. Set fsync = on.'];
  }
  if (synchronous_commit !== 'on' && synchronous_commit !== 'remote_apply') {
    const remedy = 'Allow the role to set synchronous_commit = on.';
    return ['synchronous_commit', `synchronous_commit is ${synchronous_commit}. ${remedy}`];
  }
  return undefined;
}
