import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../connection/database.ts';
import { milliseconds, timeOf } from '../rows/columns.ts';

/** Reads only the indexes of deliveries that are queued, running or dead. */
export const healthSql = (prefix: string) => `SELECT
    (SELECT count(*) FROM ${prefix}deliveries WHERE state = 'queued' AND due_at <= now()) AS waiting,
    (SELECT count(*) FROM ${prefix}deliveries WHERE state = 'queued' AND due_at > now()) AS delayed,
    (SELECT count(*) FROM ${prefix}deliveries WHERE state = 'running') AS running,
    (SELECT count(*) FROM ${prefix}deliveries
      WHERE state IN ('received', 'failed', 'ignored', 'rejected', 'dead') AND state = 'dead') AS dead,
    (SELECT ${milliseconds('min(received_at)')} FROM ${prefix}deliveries WHERE state = 'queued') AS oldest`;

/** Count the deliveries that are not settled. A server that does not answer in time is not ready. */
export async function readHealth(db: Database): Promise<StoreHealth> {
  try {
    const [row] = await db.run({ text: healthSql(db.prefix) });
    return {
      ready: true,
      waiting: Number(row?.waiting),
      running: Number(row?.running),
      delayed: Number(row?.delayed),
      dead: Number(row?.dead),
      oldest: timeOf(row?.oldest),
    };
  } catch {
    return { ready: false, waiting: 0, running: 0, delayed: 0, dead: 0, oldest: undefined };
  }
}
