import type { QueuedResult, StoredEvent } from '@spiderfoot-webhooks/core/stores';
import { retryDelay } from '@spiderfoot-webhooks/core/stores';
import { addAttempt } from '../rows/handler-records.ts';
import type { Claim, ClaimOptions } from './claims.ts';

/** The new state of a delivery after an attempt. */
export type Settled = 'processed' | 'rejected' | 'queued' | 'dead';

/** Return the time of the next attempt if this one fails, or `undefined` if it is the last. */
export function retryAt(
  { failures }: Pick<Claim, 'failures'>,
  retryAfter: number | undefined,
  now: number,
  { maxAttempts, ...backoff }: ClaimOptions,
): Date | undefined {
  const failed = failures + 1;
  return failed < maxAttempts ? new Date(now + retryDelay(failed, retryAfter, backoff)) : undefined;
}

/** The values of a row after an attempt. */
export function settledBy(
  claim: Pick<Claim, 'handlers' | 'failures'>,
  result: QueuedResult,
  now: number,
  options: ClaimOptions,
) {
  const { status, succeeded, failures: failed, error, retryAfter, code, issues } = result;
  const { handlers } = claim;
  const next =
    status === 'failed' ? (result.nextAttempt ?? retryAt(claim, retryAfter, now, options)) : undefined;
  const over = status === 'failed' ? 'dead' : status;
  const state: Settled = next === undefined ? over : 'queued';
  return {
    state,
    failures: claim.failures + (status === 'failed' ? 1 : 0),
    processed: status === 'processed' ? 1 : 0,
    nextAttempt: next?.getTime() ?? null,
    // `maxDelay` does not shorten a wait that a handler asked for.
    wait: next === undefined || retryAfter === undefined ? null : String(next.getTime() - now),
    error: error ?? null,
    handlers: status === 'rejected' ? handlers : addAttempt(handlers, succeeded, failed),
    code: code ?? null,
    issues: issues === undefined ? null : JSON.stringify(issues),
  };
}

const told = ['eventType', 'dialect', 'scanId', 'target'] as const;

/** Whether an event says what was not known when it was stored: an older version may not have understood it. */
export function tellsMore(event: StoredEvent | undefined, stored: StoredEvent): event is StoredEvent {
  return event !== undefined && told.some((key) => (event[key] ?? stored[key]) !== stored[key]);
}

export function toColumns(event: StoredEvent) {
  return Object.fromEntries(told.map((key) => [key, event[key] ?? null]));
}
