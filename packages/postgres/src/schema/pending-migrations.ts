import type pg from 'pg';
import { createClients } from '../connection/clients.ts';
import { deadlineAfter } from '../connection/deadline.ts';
import { readOptions, type StoreOptions } from '../options.ts';
import { versionOf } from './migrate.ts';
import { migrationSql, newestVersion } from './migrations.ts';

/** The migrations that a schema lacks. */
export interface PendingMigrations {
  readonly schema: string;
  /** The version of the schema. 0 if the store has no tables in it. */
  readonly version: number;
  /** The version that this kit writes. */
  readonly newest: number;
  /** The SQL of the migrations, for an administrator to read and apply. Empty if the schema is up to date. */
  readonly sql: string;
}

/**
 * Read the version of a schema, and return the migrations that it lacks. The schema is not changed.
 * @throws the error of the driver if the server cannot be used
 * @example
 * const { sql } = await pendingMigrations('postgres://app@db.example.com/webhooks');
 */
export async function pendingMigrations(
  connection: string | pg.PoolConfig | pg.Pool,
  options: Pick<StoreOptions, 'schema' | 'patience'> = {},
): Promise<PendingMigrations> {
  const { schema, patience } = readOptions(options);
  const clients = createClients(connection, patience);
  try {
    const version = await clients.use((session) => versionOf(session, schema), deadlineAfter(patience));
    const newest = newestVersion();
    return { schema, version, newest, sql: version < newest ? migrationSql(schema, version) : '' };
  } finally {
    await clients.close();
  }
}
