import pg from 'pg';
import { endOf } from './clients.ts';
import type { Database } from './database.ts';

/** One connection that hears notifications, until it ends. */
export interface ListeningClient {
  /** Resolves when the connection has ended. Never rejects. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds between two checks whether the server still answers. */
const checkInterval = 30_000;

/**
 * Open a connection that listens. It is closed if the server does not answer one of its statements within the patience.
 * Otherwise, a server or a proxy that accepts connections and then says nothing would keep it forever.
 * @param statements listen and take the lock
 * @param hooks `onListening` is called when the server has executed the statements
 */
export function openListeningClient(
  db: Pick<Database, 'clientOptions' | 'patience'>,
  statements: readonly pg.QueryConfig[],
  { onListening, onMessage }: { onListening: () => void; onMessage: (payload: string | undefined) => void },
): ListeningClient {
  const limits = { connectionTimeoutMillis: db.patience, query_timeout: db.patience };
  const client = new pg.Client({ ...db.clientOptions(), ...limits, keepAlive: true });
  let checking: NodeJS.Timeout | undefined;
  client.on('notification', ({ payload }) => onMessage(payload)).on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    client.once('end', () => {
      clearInterval(checking);
      resolve();
    });
  });
  // pg would send its farewell and wait for the server.
  const destroy = () => void client.connection.stream.destroy();

  async function open(): Promise<void> {
    await client.connect();
    for (const statement of statements) await client.query(statement);
    onListening();
    checking = setInterval(() => client.query('SELECT 1').catch(destroy), checkInterval).unref();
  }

  open().catch(destroy);
  return {
    ended,
    async close() {
      void client.end().catch(() => {});
      await endOf(client);
    },
  };
}
