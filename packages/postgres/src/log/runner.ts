import { randomInt } from 'node:crypto';

/**
 * Identifies the store that runs the handlers of a received delivery. While it is connected for notifications, the store
 * holds an advisory lock with its number. PostgreSQL releases the lock when the process ends.
 */
export interface Runner {
  /** The first key of the advisory locks. */
  readonly lockClass: number;
  /** The second key of this store's lock. */
  readonly number: number;
  /** The value of the column `lease_owner`. */
  readonly owner: string;
  /**
   * An expression for whether another store runs the handlers of the delivery `d`, with `owner` as $3 and
   * `lockClass` as $4. After 10 seconds, in which the sender waits for an answer, its retry must be handled even if the
   * other process is alive, because that process may hang.
   */
  readonly isElsewhere: string;
}

/** The first key of the advisory locks of running stores: the letters "spfr". */
const lockClass = 0x73706672;

const isElsewhere = `CASE
      WHEN d.state <> 'received' OR d.lease_owner IS NOT DISTINCT FROM $3 THEN false
      WHEN d.lease_until - d.lease_duration * interval '1 ms' < now() - interval '10 s' THEN false
      ELSE EXISTS (
        SELECT FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $4::bigint::oid
          AND 'store ' || l.objid = d.lease_owner
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      ) END`;

export function createRunner(): Runner {
  const number = randomInt(1, 2 ** 31);
  return { lockClass, number, owner: `store ${number}`, isElsewhere };
}
