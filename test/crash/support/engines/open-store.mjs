/**
 * Opens the store of the receiver program, and a connection of its own that sees only committed deliveries.
 *
 * @typedef {object} Opened
 * @property {import('@spiderfoot-webhooks/core/stores').DeliveryQueue} store
 * @property {(id: string) => unknown} find resolves with a truthy value if the delivery is committed
 * @property {() => unknown} close closes the connection
 */

/** Milliseconds after which a server that does not answer is ignored. */
const patience = 2000;

/**
 * @param {string} location a path, or a URL of PostgreSQL or Redis
 * @returns {Promise<Opened>}
 */
export function open(location, options) {
  if (location.startsWith('postgres:')) return openPostgres(location, options);
  return location.startsWith('redis:') ? openBullmq(location, options) : openSqlite(location, options);
}

async function openSqlite(path, options) {
  const { openStore } = await import('@spiderfoot-webhooks/sqlite');
  const { default: Database } = await import('better-sqlite3');
  const store = openStore(path, options);
  const reader = new Database(path, { readonly: true });
  const select = reader.prepare('SELECT 1 FROM webhook_logs WHERE delivery_id = ?');
  return { store, find: (id) => select.get(id), close: () => reader.close() };
}

async function openPostgres(url, options) {
  const { openStore } = await import('@spiderfoot-webhooks/postgres');
  const { default: pg } = await import('pg');
  const store = openStore(url, options);
  const reader = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
  });
  reader.on('error', () => {});
  const name = 'find';
  const text = 'SELECT 1 FROM spiderfoot.deliveries WHERE delivery_id = $1';
  const find = async (id) => (await reader.query({ name, text, values: [id] })).rowCount;
  return { store, find, close: () => reader.end() };
}

async function openBullmq(url, { pollInterval: _, ...options }) {
  const { openQueue } = await import('@spiderfoot-webhooks/bullmq');
  const { Redis } = await import('ioredis');
  // The tests read all processed deliveries at the end.
  const store = openQueue(url, { keepProcessed: { keep: 1_000_000 }, ...options });
  const reader = new Redis(url, { commandTimeout: patience, maxRetriesPerRequest: 0 });
  reader.on('error', () => {});
  return {
    store,
    // BullMQ's key for recognizing duplicates is written together with the job.
    find: (id) => reader.exists(`{spiderfoot}:default:de:${id}`),
    close: () => reader.disconnect(),
  };
}
