import type { QueuedResult, StoredEvent } from '@spiderfoot-webhooks/core';
import { retryDelay } from '@spiderfoot-webhooks/core/stores';
import type { Claim, ClaimOptions } from './claims.ts';
import { addAttempt } from './handlers.ts';

/** What becomes of a delivery by a try. */
export type Settled = 'processed' | 'rejected' | 'queued' | 'dead';

/** What a row says after a try. */
export function settledBy(
  claim: Pick<Claim, 'handlers' | 'failures'>,
  { status, succeeded, failures: failed, error, retryAfter, code, issues }: QueuedResult,
  now: number,
  { maxAttempts, ...backoff }: ClaimOptions,
) {
  const { handlers } = claim;
  const failures = claim.failures + (status === 'failed' ? 1 : 0);
  const tryAgain = status === 'failed' && failures < maxAttempts;
  const over = status === 'failed' ? 'dead' : status;
  const state: Settled = tryAgain ? 'queued' : over;
  return {
    state,
    failures,
    processed: status === 'processed' ? 1 : 0,
    nextAttempt: tryAgain ? now + retryDelay(failures, retryAfter, backoff) : null,
    error: error ?? null,
    handlers: status === 'rejected' ? handlers : addAttempt(handlers, succeeded, failed),
    code: code ?? null,
    issues: issues === undefined ? null : JSON.stringify(issues),
  };
}

const told = ['event_type', 'dialect', 'scan_id', 'target'] as const;

/** Whether an event says what was not known when it was stored: an older version may not have understood it. */
export function tellsMore(event: StoredEvent | undefined, stored: StoredEvent): event is StoredEvent {
  return event !== undefined && told.some((key) => (event[key] ?? stored[key]) !== stored[key]);
}

export function toColumns(event: StoredEvent) {
  return Object.fromEntries(told.map((key) => [key, event[key] ?? null]));
}
