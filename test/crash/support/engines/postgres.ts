import pg from 'pg';
import { type PostgresServer, postgres, startPostgres } from '../../../support/servers/postgres.ts';
import type { EngineServer, Place, Row, SharedEngine, Standby } from './engine.ts';

/** The name under which a standby connects. */
const standbyName = 'standby';

export const postgresEngine: SharedEngine = {
  name: 'postgres',
  required: postgres,
  start: async (parent) => serverOf(await startPostgres(parent === undefined ? {} : { parent })),
  async startStandby({ port }, proxyPort, isAwaited) {
    const started = await startPostgres({ replicaOf: { port: proxyPort, name: standbyName } });
    if (isAwaited) {
      await withClient(urlOf(port, 'postgres'), async (client) => {
        await client.query(`ALTER SYSTEM SET synchronous_standby_names = '${standbyName}'`);
        await client.query('SELECT pg_reload_conf()');
      });
    }
    const promote = () =>
      withClient(urlOf(started.port, 'postgres'), (client) => client.query('SELECT pg_promote()'));
    return { ...serverOf(started), promote: async () => void (await promote()) } satisfies Standby;
  },
};

function serverOf(server: PostgresServer): EngineServer {
  let places = 0;
  return {
    ...server,
    async newPlace(port = server.port) {
      const database = `place_${++places}`;
      await withClient(urlOf(server.port, 'postgres'), (client) =>
        client.query(`CREATE DATABASE ${database}`),
      );
      return placeOf(urlOf(port, database));
    },
  };
}

function urlOf(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`;
}

async function withClient<Result>(url: string, run: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

const deliveries = `SELECT delivery_id AS id, encode(sha256(body), 'base64') AS hash, state, failures
  FROM spiderfoot.deliveries`;

const isLeft = "SELECT 1 FROM spiderfoot.deliveries WHERE state IN ('queued', 'running') LIMIT 1";

/** Compares every B-tree index with its table, and fails with an error if a row is missing. */
const checkIndexes = `SELECT count(bt_index_check(c.oid, true)) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
  JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relnamespace = 'spiderfoot'::regnamespace`;

function placeOf(location: string): Place {
  return {
    location,
    read: () =>
      withClient(location, async (client) => {
        await client.query('CREATE EXTENSION IF NOT EXISTS amcheck');
        const integrity = await client.query(checkIndexes).then(() => 'ok', String);
        const { rows } = await client.query<Row>(deliveries);
        return { rows, integrity };
      }),
    async watch() {
      const client = new pg.Client(location);
      await client.connect();
      return {
        isDrained: async () => (await client.query(isLeft)).rowCount === 0,
        close: () => client.end(),
      };
    },
  };
}
