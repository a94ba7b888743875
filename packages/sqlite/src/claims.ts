import type { Dialect, QueuedResult, QueuedWork, StoredDelivery } from '@spiderfoot-webhooks/core';
import { type BackoffOptions, delayAfter } from './backoff.ts';
import type { Connection } from './connection.ts';
import { addAttempt, namesOfSucceeded, readHandlers } from './handlers.ts';
import { enqueueDelivery, insertNew } from './queue.ts';

/** A delivery that this process may work on until its lease ends. */
export interface Claim {
  /** The row's number. */
  readonly number: number;
  readonly work: QueuedWork;
  readonly handlers: string | null;
}

interface ClaimedRow {
  readonly id: number;
  readonly delivery_id: string;
  readonly endpoint: string;
  readonly received_at: number;
  readonly source_ip: string | null;
  readonly event_type: string;
  readonly dialect: Dialect | null;
  readonly scan_id: string | null;
  readonly target: string | null;
  readonly body: Buffer;
  readonly attempts: number;
  readonly handlers: string | null;
}

/** Attempts are counted before the handlers run: an event that kills its process must come to an end. */
const claimDue = `
  UPDATE webhook_logs SET state = 'running', lease = @lease, attempts = attempts + 1, next_attempt = @until
  WHERE id IN (
    SELECT id FROM webhook_logs
    WHERE endpoint = @endpoint AND next_attempt <= @now AND lease IS NOT @lease
      AND (state = 'queued' OR (@takeOver AND attempts < @maxAttempts))
    ORDER BY next_attempt, id LIMIT @most
  )
  RETURNING id, delivery_id, endpoint, received_at, source_ip, event_type, dialect, scan_id, target,
    CAST(payload AS BLOB) AS body, attempts, handlers`;

const buryExpired = `
  UPDATE webhook_logs SET state = 'dead', lease = NULL, next_attempt = NULL,
    error_message = 'Its process ended, or stood still, at every attempt'
  WHERE endpoint = @endpoint AND next_attempt <= @now AND lease IS NOT @lease
    AND state = 'running' AND attempts >= @maxAttempts`;

/** A time that far ahead was written by a clock that has been set back since. */
const pullIn = `UPDATE webhook_logs SET next_attempt = @now WHERE endpoint = @endpoint AND next_attempt > @horizon`;

const nextDue = `SELECT min(next_attempt) AS due FROM webhook_logs WHERE endpoint = ? AND next_attempt IS NOT NULL`;

const extend = `
  UPDATE webhook_logs SET next_attempt = ?
  WHERE id IN (SELECT value FROM json_each(?)) AND lease = ? AND state = 'running'`;

/** The lease and the attempt are the fence: whoever lost the delivery to another must not settle it. */
const settle = `
  UPDATE webhook_logs
  SET state = @state, processed = @processed, next_attempt = @nextAttempt, lease = NULL, error_message = @error,
    handlers = @handlers, code = @code, issues = @issues, event_type = coalesce(@event_type, event_type),
    dialect = coalesce(@dialect, dialect), scan_id = coalesce(@scan_id, scan_id), target = coalesce(@target, target)
  WHERE id = @id AND lease = @lease AND attempts = @attempt`;

const release = `
  UPDATE webhook_logs SET state = 'queued', lease = NULL, next_attempt = 0
  WHERE id IN (SELECT value FROM json_each(?)) AND lease = ? AND state = 'running'`;

export type ClaimOptions = Required<BackoffOptions> & {
  /** Milliseconds. */
  readonly lease: number;
};

/** The rows of one endpoint's queue, as this process sees them. To be called inside of a commit. */
export interface Claims {
  /** @param takeOver whether an ended lease may be believed */
  claim(most: number, now: number, takeOver: boolean): readonly Claim[];
  enqueue(delivery: StoredDelivery): 'accepted' | 'duplicate';
  /** Puts a new delivery into the queue and claims it by the same write. `undefined` where it is known already. */
  claimNew(delivery: StoredDelivery, now: number): Claim | undefined;
  /** Makes dead letters of what killed its process too often, and mends times that a clock set back has left far ahead. */
  tidy(now: number): void;
  /** When somebody has to look again, in milliseconds since 1970. */
  nextDue(): number | undefined;
  extend(numbers: readonly number[], now: number): void;
  /** @returns whether the delivery was still this process's to settle */
  settle(claim: Claim, result: QueuedResult, now: number): boolean;
  release(numbers: readonly number[]): void;
}

export function createClaims(
  connection: Connection,
  endpoint: string,
  token: string,
  options: ClaimOptions,
): Claims {
  const { lease, maxAttempts, maxDelay } = options;
  const run = (sql: string, ...values: unknown[]) => connection.statement(sql).run(...values);
  return {
    claim(most, now, takeOver) {
      const values = {
        endpoint,
        now,
        most,
        maxAttempts,
        lease: token,
        until: now + lease,
        takeOver: takeOver ? 1 : 0,
      };
      return (connection.statement(claimDue).all(values) as ClaimedRow[]).map(toClaim);
    },
    enqueue: (delivery) => enqueueDelivery(connection, delivery),
    claimNew(delivery, now) {
      const standing = { state: 'running', attempts: 1, nextAttempt: now + lease, lease: token };
      const number = insertNew(connection, delivery, standing);
      if (number === undefined) return undefined;
      return { number, work: { ...delivery, attempt: 1, succeeded: [] }, handlers: null };
    },
    tidy(now) {
      run(buryExpired, { endpoint, now, maxAttempts, lease: token });
      run(pullIn, { endpoint, now, horizon: now + Math.max(maxDelay, lease) });
    },
    nextDue() {
      const { due } = connection.statement(nextDue).get(endpoint) as { due: number | null };
      return due ?? undefined;
    },
    extend: (numbers, now) => void run(extend, now + lease, JSON.stringify(numbers), token),
    settle(claim, result, now) {
      const { changes } = run(settle, {
        ...settled(claim, result, now, options),
        id: claim.number,
        attempt: claim.work.attempt,
        lease: token,
      });
      return changes === 1;
    },
    release: (numbers) => void run(release, JSON.stringify(numbers), token),
  };
}

function toClaim(row: ClaimedRow): Claim {
  const { id: number, handlers, attempts } = row;
  const work = {
    id: row.delivery_id,
    endpoint: row.endpoint,
    receivedAt: new Date(row.received_at),
    ip: row.source_ip ?? undefined,
    event_type: row.event_type,
    dialect: row.dialect ?? undefined,
    scan_id: row.scan_id ?? undefined,
    target: row.target ?? undefined,
    body: row.body,
    attempt: attempts,
    succeeded: namesOfSucceeded(readHandlers(handlers)),
  };
  return { number, work, handlers };
}

function settled(
  { work, handlers }: Claim,
  { status, succeeded, failures, error, retryAfter, code, issues, event }: QueuedResult,
  now: number,
  { maxAttempts, ...backoff }: ClaimOptions,
) {
  const tryAgain = status === 'failed' && work.attempt < maxAttempts;
  const over = status === 'failed' ? 'dead' : status;
  return {
    state: tryAgain ? 'queued' : over,
    processed: status === 'processed' ? 1 : 0,
    nextAttempt: tryAgain ? now + delayAfter(work.attempt, retryAfter, backoff) : null,
    error: error ?? null,
    handlers: status === 'rejected' ? handlers : addAttempt(handlers, succeeded, failures),
    code: code ?? null,
    issues: issues === undefined ? null : JSON.stringify(issues),
    event_type: event?.event_type ?? null,
    dialect: event?.dialect ?? null,
    scan_id: event?.scan_id ?? null,
    target: event?.target ?? null,
  };
}
