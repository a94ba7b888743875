import type { CommitListeners } from '@spiderfoot-webhooks/core/stores';
import type pg from 'pg';
import { isMissing, isTimeout, isUnavailable, readOnlyError } from '../errors.ts';
import type { StoreSettings } from '../options.ts';
import { prepareSchema } from '../schema/migrate.ts';
import { createAvailability } from './availability.ts';
import { createClients, type Query, type Row, type Session } from './clients.ts';
import { type Deadline, deadlineAfter, earlier } from './deadline.ts';
import { checkServer } from './server-checks.ts';

/** The database of a store. All of its methods wait until the server is ready, and reject at once while it is away. */
export interface Database {
  /** The schema as a quoted identifier with a dot, for the names of tables. */
  readonly prefix: string;
  readonly schema: string;
  readonly commits: CommitListeners;
  /** Milliseconds in which a call must be answered. */
  readonly patience: number;
  /** Return the deadline of a call that begins now. */
  deadline(): Deadline;
  /** Run one statement. @param deadline the deadline of its call. By default, the call begins now */
  run(query: Query, deadline?: Deadline): Promise<readonly Row[]>;
  /** Run one statement that writes. @throws StoreError if the store is open for reading only */
  write(query: Query, deadline?: Deadline): Promise<readonly Row[]>;
  /** Run one statement that may take long. @param deadline the deadline of its call, if it has one */
  read(query: Query, deadline?: Deadline): Promise<readonly Row[]>;
  /** Run statements that only read, on one connection. The function is called again if the schema was missing. */
  readAll<Result>(run: (session: Session) => Promise<Result>, deadline: Deadline): Promise<Result>;
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
  commits: CommitListeners,
): Database {
  const clients = createClients(connection, patience);
  let isPrepared = false;
  /** The number of times that the schema was prepared. */
  let preparations = 0;
  let canListen = false;
  const deadline = () => deadlineAfter(patience);

  async function check(): Promise<void> {
    await clients.use(async (session) => {
      await checkServer(session, readOnly);
      canListen = !(await session.isPooled());
      clients.preparesByName = canListen;
    }, deadline());
    if (isPrepared) return;
    const prepare = (session: Session) => prepareSchema(session, schema, !mustExist && !readOnly);
    await clients.use(prepare, deadlineAfter(longestMigration));
    isPrepared = true;
    preparations += 1;
  }

  const availability = createAvailability(check);

  const run = (query: Query, end: Deadline, isProof: boolean) =>
    use((session) => session.query(query), end, isProof);

  /** @param isProof whether a time-out means that deliveries cannot be stored either */
  async function use<Result>(
    statements: (session: Session) => Promise<Result>,
    end: Deadline,
    isProof: boolean,
  ): Promise<Result> {
    await availability.require(earlier(end, deadline()));
    const prepared = preparations;
    const execute = () => clients.use(statements, end);
    try {
      return await execute().catch(async (error: unknown) => {
        if (!isMissing(error)) throw error;
        await prepareAgain(prepared, end);
        return execute();
      });
    } catch (error) {
      if (isUnavailable(error) && (isProof || !isTimeout(error))) availability.fail(error);
      throw error;
    }
  }

  /**
   * Prepare the schema, because it was deleted or is being restored while this process runs.
   * @param prepared the number of preparations before the statement failed. Statements that fail together prepare it once
   */
  async function prepareAgain(prepared: number, end: Deadline): Promise<void> {
    if (prepared === preparations) {
      isPrepared = false;
      availability.expire();
    }
    await availability.require(earlier(end, deadline()));
  }

  function requireWritable(): void {
    if (readOnly) throw readOnlyError();
  }

  return {
    prefix: `"${schema}".`,
    schema,
    commits,
    patience,
    deadline,
    run: (query, end = deadline()) => run(query, end, false),
    async write(query, end = deadline()) {
      requireWritable();
      return run(query, end, true);
    },
    read: (query, end = deadlineAfter(longestRead)) => run(query, end, false),
    readAll: (statements, end) => use(statements, end, false),
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
