import { randomUUID } from 'node:crypto';
import type { DeadLetter } from '@spiderfoot-webhooks/core';
import type { Dialect } from '@spiderfoot-webhooks/core/events';
import type { QueuedResult, QueuedWork, StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import type { Connection } from '../database/writable-connection.ts';
import type { StoreSettings } from '../options.ts';
import { bytesOf, numberOf, textOf, timeOf } from '../rows/cells.ts';
import { namesOfSucceeded, readHandlers } from '../rows/handler-records.ts';
import {
  buryExpired,
  claimDue,
  claimSuspect,
  describe,
  extend,
  nextDue,
  pullInLeases,
  pullInNew,
  pullInRetries,
  release,
  settle,
} from './claim-sql.ts';
import { enqueueDelivery, insertNew } from './enqueue.ts';
import { retryAt, type Settled, settledBy, tellsMore, toColumns } from './settlement.ts';

/** A delivery that this process may work on until its lease ends. */
export interface Claim {
  /** The row number. */
  readonly number: number;
  readonly work: QueuedWork;
  /** The unparsed value of the column. */
  readonly handlers: unknown;
  /** How many tries before this one failed, or lost their process. */
  readonly failures: number;
  /** Whether it may be what its processes ended of. */
  readonly suspect: boolean;
}

/** A row that has become a dead letter. */
export interface Buried {
  /** The row number. */
  readonly number: number;
  readonly letter: DeadLetter;
}

/** The columns of a claimed row. Another program may have written any type into any of them. */
type ClaimedRow = Readonly<Record<Exclude<ClaimedColumn, 'id'>, unknown>> & { readonly id: number };

type ClaimedColumn =
  | 'id'
  | 'delivery_id'
  | 'endpoint'
  | 'received_at'
  | 'source_ip'
  | 'event_type'
  | 'dialect'
  | 'scan_id'
  | 'target'
  | 'body'
  | 'attempts'
  | 'failures'
  | 'handlers';

type BuriedRow = Omit<ClaimedRow, 'dialect' | 'body' | 'failures'> & { readonly error_message: unknown };

export type ClaimOptions = Pick<StoreSettings, 'maxAttempts' | 'baseDelay' | 'maxDelay' | 'lease'>;

/** The rows of one endpoint's queue, as this process sees them. To be called inside of a commit. */
export interface Claims {
  /**
   * @param held the numbers of what this process runs
   * @param takeOver what may be taken over whose lease has ended: `some` leaves suspects to wait for the one that runs
   */
  claim(
    places: number,
    now: number,
    held: readonly number[],
    takeOver: 'none' | 'some' | 'all',
  ): readonly Claim[];
  enqueue(delivery: StoredDelivery, now: number): 'accepted' | 'duplicate';
  /**
   * Put a new delivery into the queue and claim it with the same write. Returns `undefined` if it is already stored.
   */
  claimNew(delivery: StoredDelivery, now: number): Claim | undefined;
  /**
   * Turn deliveries that killed their process too often into dead letters, and correct times that are too far ahead
   * after the clock was set back.
   * @param held the numbers of what this process runs
   * @param bury whether the end of a lease may be believed
   * @returns the dead letters
   */
  tidy(now: number, held: readonly number[], bury: boolean): readonly Buried[];
  /** When after `now` somebody has to look again, in milliseconds since 1970. */
  nextDue(now: number): number | undefined;
  extend(numbers: readonly number[], now: number): void;
  /**
   * Return the time of the next attempt if this one fails, or `undefined` if it is the last. Does not read the file.
   */
  retryAt(claim: Claim, retryAfter: number | undefined, now: number): Date | undefined;
  /** @returns what has become of it; `undefined` where it was not this process's to settle any more */
  settle(claim: Claim, result: QueuedResult, now: number): Settled | undefined;
  release(numbers: readonly number[]): void;
}

export function createClaims(connection: Connection, endpoint: string, options: ClaimOptions): Claims {
  const { lease, maxAttempts, maxDelay } = options;
  const token = `${lease}-${randomUUID()}`;
  /** With these failures behind it, and one more left, what has lost its process is a suspect. */
  const suspectFrom = Math.min(2, maxAttempts - 1);
  const run = (sql: string, ...values: unknown[]) => connection.statement(sql).run(...values);
  return {
    claim(places, now, held, takeOver) {
      const values = {
        endpoint,
        now,
        suspectFrom,
        lease: token,
        held: JSON.stringify(held),
        until: now + lease,
      };
      const claimBy = (sql: string, more: object) =>
        connection.statement(sql).all({ ...values, ...more }) as ClaimedRow[];
      const suspects = takeOver === 'all' ? claimBy(claimSuspect, { maxAttempts }) : [];
      const rest = { places: places - suspects.length, takeOver: takeOver === 'none' ? 0 : 1 };
      return [
        ...suspects.map((row) => toClaim(row, endpoint, true)),
        ...claimBy(claimDue, rest).map((row) => toClaim(row, endpoint, false)),
      ];
    },
    enqueue: (delivery, now) => enqueueDelivery(connection, delivery, now),
    claimNew(delivery, now) {
      const standing = { state: 'running', attempts: 1, nextAttempt: now + lease, lease: token };
      const number = insertNew(connection, delivery, standing);
      if (number === undefined) return undefined;
      const work = { ...delivery, attempt: 1, succeeded: [] };
      return { number, work, handlers: null, failures: 0, suspect: false };
    },
    tidy(now, held, bury) {
      const expired = { endpoint, now, maxAttempts, lease: token, held: JSON.stringify(held) };
      const buried = (bury ? connection.statement(buryExpired).all(expired) : []) as BuriedRow[];
      run(pullInNew, { endpoint, now });
      run(pullInRetries, { endpoint, now, maxDelay });
      run(pullInLeases, { endpoint, now, lease });
      return buried.map((row) => toBuried(row, endpoint));
    },
    nextDue(now) {
      const { due } = connection.statement(nextDue).get(endpoint, now) as { due: number | null };
      return due ?? undefined;
    },
    extend: (numbers, now) => void run(extend, now + lease, JSON.stringify(numbers), token),
    retryAt: (claim, retryAfter, now) => retryAt(claim, retryAfter, now, options),
    settle(claim, result, now) {
      const standing = settledBy(claim, result, now, options);
      const { changes } = run(settle, {
        ...standing,
        id: claim.number,
        attempt: claim.work.attempt,
        lease: token,
      });
      if (changes === 0) return undefined;
      if (tellsMore(result.event, claim.work)) {
        run(describe, { id: claim.number, ...toColumns(result.event) });
      }
      return standing.state;
    },
    release: (numbers) => void run(release, JSON.stringify(numbers), token),
  };
}

/** Never throws: otherwise a broken row would roll back the commit that claims it, and stop the worker. */
function toClaim(row: ClaimedRow, endpoint: string, suspect: boolean): Claim {
  const { id: number, handlers } = row;
  const work = {
    id: textOf(row.delivery_id) ?? '',
    endpoint,
    receivedAt: timeOf(row.received_at) ?? new Date(0),
    ip: textOf(row.source_ip),
    eventType: textOf(row.event_type),
    dialect: textOf(row.dialect) as Dialect | undefined,
    scanId: textOf(row.scan_id),
    target: textOf(row.target),
    body: bytesOf(row.body),
    attempt: numberOf(row.attempts, 1),
    succeeded: namesOfSucceeded(readHandlers(handlers)),
  };
  return { number, work, handlers, failures: numberOf(row.failures), suspect };
}

/** Never throws, for the same reason. */
function toBuried(row: BuriedRow, endpoint: string): Buried {
  const letter: DeadLetter = {
    id: textOf(row.delivery_id) ?? '',
    endpoint,
    eventType: textOf(row.event_type),
    scanId: textOf(row.scan_id),
    target: textOf(row.target),
    receivedAt: timeOf(row.received_at) ?? new Date(0),
    ip: textOf(row.source_ip),
    attempts: numberOf(row.attempts),
    reason: 'lost',
    handlers: readHandlers(row.handlers).map(({ name, succeeded, error }) => ({ name, succeeded, error })),
    error: new Error(textOf(row.error_message)),
  };
  return { number: row.id, letter };
}
