import type pg from 'pg';
import { isTimeout, isUnavailable, readOnlyError } from '../errors.ts';
import type { StoreSettings } from '../options.ts';
import { prepareSchema } from '../schema/migrate.ts';
import { createAvailability } from './availability.ts';
import { createClients, type Query, type Row } from './clients.ts';
import { checkServer } from './server-checks.ts';

/** The database of a store. All of its methods wait until the server is ready, and reject at once while it is away. */
export interface Database {
  /** The schema as a quoted identifier with a dot, for the names of tables. */
  readonly prefix: string;
  readonly schema: string;
  /** Milliseconds after which {@link write} rejects. */
  readonly patience: number;
  /** Run one statement, with the patience of a delivery. */
  run(query: Query): Promise<readonly Row[]>;
  /** Run one statement that writes. @throws StoreError if the store is open for reading only */
  write(query: Query): Promise<readonly Row[]>;
  /** Run one statement that may take long. */
  read(query: Query): Promise<readonly Row[]>;
  ready(): Promise<void>;
  /** @throws StoreError if the store is open for reading only */
  requireWritable(): void;
  /** Return the options for a further connection. */
  clientOptions(): pg.ClientConfig;
  /** Whether notifications reach this process. `false` until the server is ready, and through a pooler. */
  canListen(): boolean;
  close(): Promise<void>;
}

/** Milliseconds that an operator's statement may take. */
const longestRead = 300_000;

/** Milliseconds that a migration may take. */
const longestMigration = 3_600_000;

export function openDatabase(
  connection: string | pg.PoolConfig | pg.Pool,
  { schema, patience, mustExist, readOnly }: StoreSettings,
): Database {
  const clients = createClients(connection, patience);
  let isPrepared = false;
  let canListen = false;

  async function check(): Promise<void> {
    await clients.use(async (session) => {
      await checkServer(session, readOnly);
      canListen = !(await session.isPooled());
      clients.preparesByName = canListen;
    }, patience);
    if (isPrepared) return;
    await clients.use((session) => prepareSchema(session, schema, !mustExist && !readOnly), longestMigration);
    isPrepared = true;
  }

  const availability = createAvailability(check, patience);

  /** @param isProof whether a time-out means that deliveries cannot be stored either */
  async function run(query: Query, limit: number, isProof: boolean): Promise<readonly Row[]> {
    await availability.require();
    try {
      return await clients.use((session) => session.query(query), limit);
    } catch (error) {
      if (isUnavailable(error) && (isProof || !isTimeout(error))) availability.fail(error);
      throw error;
    }
  }

  function requireWritable(): void {
    if (readOnly) throw readOnlyError();
  }

  return {
    prefix: `"${schema}".`,
    schema,
    patience,
    run: (query) => run(query, patience, false),
    async write(query) {
      requireWritable();
      return run(query, patience, true);
    },
    read: (query) => run(query, longestRead, false),
    ready: () => availability.ready(),
    requireWritable,
    clientOptions: () => clients.options(),
    canListen: () => canListen,
    async close() {
      availability.close();
      await clients.close();
    },
  };
}
