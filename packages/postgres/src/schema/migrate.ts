import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Session } from '../connection/clients.ts';
import { lockMigration, migrationsOf, newestVersion } from './migrations.ts';

/**
 * Check the version of the schema, and migrate it to the newest version.
 * @param mayMigrate whether an older or missing schema may be changed
 * @throws ConfigurationError if the schema is newer than this kit, or if it may not be changed and must be
 */
export async function prepareSchema(session: Session, schema: string, mayMigrate: boolean): Promise<void> {
  const version = await versionOf(session, schema);
  rejectNewer(schema, version);
  if (version === newestVersion()) return requireTables(session, schema);
  if (!mayMigrate) throw outdatedError(schema, version);
  await session.script('BEGIN');
  try {
    await session.script(lockMigration(schema));
    // Read the version again, because another process may have migrated the schema in the meantime.
    const current = await versionOf(session, schema);
    rejectNewer(schema, current);
    if (!(await exists(session, schema))) await session.script(`CREATE SCHEMA "${schema}"`);
    for (const step of migrationsOf(schema).slice(current)) await session.script(step);
    await session.script('COMMIT');
  } catch (error) {
    await session.script('ROLLBACK');
    throw error;
  }
}

/** `CREATE SCHEMA IF NOT EXISTS` needs the permission to create a schema even if the schema exists. */
async function exists(session: Session, schema: string): Promise<boolean> {
  const rows = await session.query({
    text: 'SELECT 1 AS found FROM pg_namespace WHERE nspname = $1',
    values: [schema],
  });
  return rows.length > 0;
}

const tableNames = ['deliveries', 'search_words', 'search_progress', 'rejection_counts', 'rejections'];

/** A table that was deleted is not created again, because the version of the schema says that it exists. */
async function requireTables(session: Session, schema: string): Promise<void> {
  const rows = await session.query({
    text: `SELECT c.relname AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1`,
    values: [schema],
  });
  const missing = tableNames.filter((table) => !rows.some(({ name }) => name === table));
  if (missing.length === 0) return;
  throw new ConfigurationError(
    'schema',
    `"${schema}" lacks the tables ${missing.join(', ')}. Restore them from a backup, or drop the schema, which deletes its deliveries.`,
  );
}

/**
 * Selects the table with the version. `to_regclass` would not see a table that another process has created while this one
 * waited for the lock, because it answers from a cache.
 */
const findVersionTable = `SELECT 1 AS found FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = 'schema_version'`;

/** Return the version of a schema. 0 if the store has no tables in it. */
export async function versionOf(session: Session, schema: string): Promise<number> {
  const tables = await session.query({ text: findVersionTable, values: [schema] });
  if (tables.length === 0) return 0;
  const [row] = await session.query({
    text: `SELECT max(version) AS version FROM "${schema}".schema_version`,
  });
  return Number(row?.version ?? 0);
}

function rejectNewer(schema: string, version: number): void {
  if (version <= newestVersion()) return;
  throw new ConfigurationError(
    'schema',
    `"${schema}" has version ${version}, but this version of the kit supports only versions up to ${newestVersion()}. Update @spiderfoot-webhooks/postgres. The schema was not changed.`,
  );
}

function outdatedError(schema: string, version: number): ConfigurationError {
  const remedy = 'Start a receiver without mustExist and readOnly, or apply the SQL of migrationSql().';
  return new ConfigurationError(
    'schema',
    version === 0
      ? `"${schema}" has no tables of this kit. ${remedy}`
      : `"${schema}" has version ${version} and must be migrated to version ${newestVersion()}. ${remedy}`,
  );
}
