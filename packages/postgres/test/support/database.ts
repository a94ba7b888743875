import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { describeWithServer, findProgram } from '../../../../test/support/servers/describe-with-server.ts';
import {
  type PostgresOptions,
  type PostgresServer,
  postgres,
  startPostgres,
} from '../../../../test/support/servers/postgres.ts';
import { openStore, type Store, type StoreOptions } from '../../src/index.ts';

/** Define tests that need PostgreSQL. */
export function describeWithPostgres(name: string, define: () => void): void {
  describeWithServer(postgres, name, define);
}

/** A server for the tests of one file. */
export interface TestServer {
  readonly server: PostgresServer;
  readonly connectionString: string;
  /** Run SQL as the superuser. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

/** Start a server before the tests of a file, and stop it after them. */
export function useServer(options: PostgresOptions = {}): TestServer {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    // Without PostgreSQL, all tests are skipped, except in CI, where they fail.
    if (findProgram(postgres) !== undefined) server = await startPostgres(options);
  });
  afterAll(() => server?.stop());

  function running(): PostgresServer {
    if (server === undefined) throw new Error('The server is not running');
    return server;
  }

  return {
    get server() {
      return running();
    },
    get connectionString() {
      return running().connectionString;
    },
    async query(text, values = []) {
      const client = new pg.Client({ connectionString: running().connectionString });
      await client.connect();
      try {
        return (await client.query(text, [...values])).rows;
      } finally {
        await client.end();
      }
    },
  };
}

/** Return the name of a schema that no other test uses. */
export function newSchema(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}

/** Open a store in a schema of its own, and close it after the test. */
export function openTestStore(
  connection: Parameters<typeof openStore>[0],
  options: StoreOptions = {},
): Store {
  const store = openStore(connection, { schema: newSchema(), pollInterval: 20, ...options });
  onTestFinished(() => store.close());
  return store;
}
