import { createHash } from 'node:crypto';
import pg from 'pg';
import { codeOf, isUnavailable } from '../errors.ts';
import { cancelStatement } from './cancel-statement.ts';
import { checkConnection } from './connection-options.ts';
import { type Deadline, deadlineAfter, earlier, lateError, remaining } from './deadline.ts';

/** A row, with each value in the text form of PostgreSQL. */
export type Row = Readonly<Record<string, string | null>>;

export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (string | number | boolean | null)[];

/** A statement with its parameters. */
export interface Query {
  readonly text: string;
  readonly values?: readonly Value[];
}

/** Runs several statements on one connection. */
export interface Session {
  query(query: Query): Promise<readonly Row[]>;
  /** Run statements without parameters. */
  script(text: string): Promise<void>;
  /** Whether a pooler such as PgBouncer is between this process and the server. */
  isPooled(): Promise<boolean>;
}

/** The connections of a store. */
export interface Clients {
  /**
   * Run a function with a connection. The wait for the connection also ends after the patience.
   * @param deadline when the connection is closed and the promise rejects
   * @throws StoreError at the deadline
   */
  use<Result>(run: (session: Session) => Promise<Result>, deadline: Deadline): Promise<Result>;
  /** Whether statements are prepared by name. PgBouncer gives each transaction another connection, without the names. */
  preparesByName: boolean;
  /** Return the options for a further connection. */
  options(): pg.ClientConfig;
  close(): Promise<void>;
}

/** The application's own types (`pg.types.setTypeParser`) must not change the values of the store. */
const types: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value };

/**
 * Create the connections of a store.
 * @param connection a pool of the application, which is not closed, or the options of a new pool
 */
export function createClients(connection: string | pg.PoolConfig | pg.Pool, patience: number): Clients {
  const isOwn = !isPool(connection);
  const pool = isOwn ? createPool(connection, patience) : connection;
  /** The open connections of the store's own pool. */
  const own = new Set<pg.PoolClient>();
  if (isOwn) pool.on('connect', (client) => own.add(client)).on('remove', (client) => own.delete(client));
  const clients: Clients = {
    preparesByName: false,
    options: () => pool.options,
    async use(run, deadline) {
      return new Promise((resolve, reject) => {
        let isLate = false;
        let client: pg.PoolClient | undefined;
        const endAt = (end: Deadline) =>
          setTimeout(() => {
            isLate = true;
            const late = client;
            if (late !== undefined) void cancelStatement(late).then(() => late.release(true));
            reject(lateError(end));
          }, remaining(end));
        const connectBy = earlier(deadline, deadlineAfter(patience));
        let timer = endAt(connectBy);
        connect(pool)
          .then(async (connected) => {
            if (isLate) {
              connected.removeListener('error', ignore);
              connected.release();
              return;
            }
            client = connected;
            if (connectBy !== deadline) {
              clearTimeout(timer);
              timer = endAt(deadline);
            }
            let failure: unknown;
            try {
              resolve(await run(sessionOf(connected, clients)));
            } catch (error) {
              failure = error;
              reject(error);
            }
            if (isLate) return;
            connected.removeListener('error', ignore);
            connected.release(failure !== undefined && (isUnavailable(failure) || isUnprepared(failure)));
          })
          .catch(reject)
          .finally(() => clearTimeout(timer));
      });
    },
    async close() {
      if (!isOwn) return;
      await Promise.all([pool.end(), ...[...own].map((client) => endOf(client))]);
    },
  };
  return clients;
}

/** An application may have its own copy of pg, so its pool is not an instance of this copy's class. */
function isPool(connection: string | pg.PoolConfig | pg.Pool): connection is pg.Pool {
  return (
    typeof connection === 'object' &&
    connection !== null &&
    'connect' in connection &&
    typeof connection.connect === 'function'
  );
}

function ignore(): void {}

/** Return whether the application has deleted the prepared statements of its connection, for example by DISCARD ALL. */
function isUnprepared(error: unknown): boolean {
  return codeOf(error) === '26000';
}

/**
 * Take a connection of a pool. Without a listener, a connection that ends while it is in use would end the process. The
 * listener is added in the callback, because a promise resolves too late: a server that is killed may announce its end in
 * the same packet in which it accepts the connection.
 */
function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) return reject(error);
      client.on('error', ignore);
      resolve(client);
    });
  });
}

/** Milliseconds that a server has to end a connection. */
const endLimit = 1000;

/** Wait until a connection has ended. If the server does not end it in time, close it on this side. */
export async function endOf(client: pg.Client): Promise<void> {
  const { stream } = client.connection;
  if (stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => stream.destroy(), endLimit);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function createPool(connection: string | pg.PoolConfig, patience: number): pg.Pool {
  const given =
    typeof connection === 'object' && connection !== null ? connection : { connectionString: connection };
  const defaults = {
    connectionTimeoutMillis: patience,
    keepAlive: true,
    application_name: 'spiderfoot-webhooks',
  };
  const options = { ...defaults, ...given };
  checkConnection(options);
  const pool = new pg.Pool(options);
  // An idle connection that ends is removed from the pool. Without a listener, it would end the process.
  pool.on('error', ignore);
  return pool;
}

function sessionOf(client: pg.ClientBase, clients: Pick<Clients, 'preparesByName'>): Session {
  async function query({ text, values = [] }: Query): Promise<readonly Row[]> {
    const name = clients.preparesByName ? { name: nameOf(text) } : {};
    const { rows } = await client.query<Row>({ ...name, text, values: values.map(toParameter), types });
    return rows;
  }
  return {
    query,
    async script(text) {
      await client.query(text);
    },
    async isPooled() {
      const [row] = await query({ text: 'SELECT pg_backend_pid() AS pid' });
      // A pooler gives its clients a process id of its own, because it changes their server processes.
      const announced: unknown = Reflect.get(client, 'processID');
      return row?.pid !== String(announced);
    },
  };
}

function toParameter(value: Value): unknown {
  return value instanceof Uint8Array && !Buffer.isBuffer(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value;
}

const names = new Map<string, string>();

/** Return the name of a prepared statement. It is part of the text, because one connection may serve several schemas. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `spiderfoot_${createHash('sha1').update(text).digest('hex').slice(0, 20)}`;
  names.set(text, name);
  return name;
}
