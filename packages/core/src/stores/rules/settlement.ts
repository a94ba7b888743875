import type { EventIssue } from '../../events/wire.ts';
import type { RejectionCode } from '../../outcome/rejections.ts';
import type { QueuedResult } from '../queued-attempt.ts';
import { addAttempt, type HandlerRecord } from '../records/handler-record.ts';
import type { StoredEvent } from '../stored-delivery.ts';
import type { Claim } from '../worker/worker-store.ts';
import { type Backoff, retryDelay } from './backoff.ts';

/** The changes that a store writes to a delivery after an attempt. */
export interface Settlement {
  /** `queued`: another attempt follows at `dueAt`. */
  readonly state: 'processed' | 'rejected' | 'queued' | 'dead';
  /** The number of attempts that have failed or lost their process. */
  readonly failures: number;
  /** The time of the next attempt. Set only if the delivery is `queued` again. */
  readonly dueAt: Date | undefined;
  /**
   * The wait until `dueAt` in milliseconds, if a handler asked for it. A store that limits waits after its clock was
   * set back must not limit this one to `maxDelay`.
   */
  readonly requestedWait: number | undefined;
  /** The message of the error, in one line. */
  readonly error: string | undefined;
  /** The handlers' records, including this attempt. `undefined` if no handler ran. Then keep the stored records. */
  readonly handlers: readonly HandlerRecord[] | undefined;
  /** Set for a rejected delivery. */
  readonly code: RejectionCode | undefined;
  /** For a rejected delivery, the reasons why it does not match its schema. */
  readonly issues: readonly EventIssue[] | undefined;
  /**
   * Set only if the event contains more values than were stored with the delivery, for example because an older version
   * did not know its dialect. Members that are `undefined` leave the stored value.
   */
  readonly event: StoredEvent | undefined;
}

/** The limits of a delivery's attempts. */
export interface RetryOptions extends Backoff {
  /** The number of failures that make a delivery a dead letter. */
  readonly maxAttempts: number;
}

/**
 * Return the time of the next attempt if the current one fails, or `undefined` if the current one is the last.
 * @param failures the number of failures before the current attempt
 * @param retryAfter the wait that a handler asked for, in seconds
 * @param now milliseconds since 1970
 */
export function retryAt(
  failures: number,
  retryAfter: number | undefined,
  now: number,
  { maxAttempts, ...backoff }: RetryOptions,
): Date | undefined {
  const failed = failures + 1;
  return failed < maxAttempts ? new Date(now + retryDelay(failed, retryAfter, backoff)) : undefined;
}

/**
 * Return the changes that a store writes to a delivery after an attempt.
 * @param now milliseconds since 1970
 */
export function settlementOf(
  { delivery, failures, handlers }: Pick<Claim, 'delivery' | 'failures' | 'handlers'>,
  result: QueuedResult,
  now: number,
  options: RetryOptions,
): Settlement {
  const { status, retryAfter, event } = result;
  const dueAt =
    status === 'failed' ? (result.nextAttempt ?? retryAt(failures, retryAfter, now, options)) : undefined;
  const finalState = status === 'failed' ? 'dead' : status;
  return {
    state: dueAt === undefined ? finalState : 'queued',
    failures: failures + (status === 'failed' ? 1 : 0),
    dueAt,
    requestedWait: dueAt === undefined || retryAfter === undefined ? undefined : dueAt.getTime() - now,
    error: result.error,
    handlers: status === 'rejected' ? undefined : addAttempt(handlers, result),
    code: result.code,
    issues: result.issues,
    event: event !== undefined && hasNewValues(event, delivery) ? event : undefined,
  };
}

const eventKeys = ['eventType', 'dialect', 'scanId', 'target'] as const;

function hasNewValues(event: StoredEvent, stored: StoredEvent): boolean {
  return eventKeys.some((key) => (event[key] ?? stored[key]) !== stored[key]);
}
