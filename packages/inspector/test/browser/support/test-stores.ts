import { randomBytes } from 'node:crypto';
import { openStore as openPostgres } from '@spiderfoot-webhooks/postgres';
import { afterAll, beforeAll } from 'vitest';
import { findProgram } from '../../../../../test/support/servers/describe-with-server.ts';
import {
  type PostgresServer,
  postgres,
  startPostgres,
} from '../../../../../test/support/servers/postgres.ts';
import { type Store, sqliteStore } from './inspected-store.ts';

/** A kind of store, opened for the tests of one file. */
export interface StoreKind {
  readonly name: string;
  /** Return a new, empty store. It is released after the tests of the file. */
  open(): Store;
}

/** SQLite, and PostgreSQL if it is installed. In CI, PostgreSQL must be installed. */
export function useStores(): readonly StoreKind[] {
  const releases: (() => void)[] = [];
  afterAll(() => {
    for (const release of releases) release();
  });
  const sqlite: StoreKind = {
    name: 'SQLite',
    open() {
      const { store, release } = sqliteStore();
      releases.push(release);
      return store;
    },
  };
  if (findProgram(postgres) === undefined && !process.env.CI) return [sqlite];
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  return [
    sqlite,
    {
      name: 'PostgreSQL',
      open() {
        if (server === undefined) throw new Error('The server is not running');
        const schema = `test_${randomBytes(6).toString('hex')}`;
        return openPostgres(server.connectionString, { schema, pollInterval: 50, maxAttempts: 1 });
      },
    },
  ];
}
