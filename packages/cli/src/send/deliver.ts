import { setTimeout as sleep } from 'node:timers/promises';
import type { SignedWebhook } from '@spiderfoot-webhooks/core/testing';
import type { Attempt, Client } from './client.ts';
import type { DialectName } from './dialects.ts';
import type { Fault } from './faults.ts';

/** A webhook that is ready to send. */
export interface Prepared {
  readonly type: string;
  readonly dialect: DialectName;
  readonly webhook: SignedWebhook;
}

/** A webhook that was sent, and its result. */
export interface Delivered {
  readonly type: string;
  readonly dialect: DialectName;
  readonly bytes: number;
  /** Whether the same bytes were sent a second time. */
  readonly again: boolean;
  readonly attempts: readonly Attempt[];
  /** Whether the last response is the expected one. */
  readonly expected: boolean;
}

/** How to send webhooks. */
export interface Sending {
  readonly client: Client;
  /** Whether to retry as SpiderFoot does. */
  readonly retries: boolean;
  readonly fault: Fault | undefined;
  /** Whether to send the same bytes twice. */
  readonly duplicate: boolean;
  readonly signal: AbortSignal;
}

/** The milliseconds that SpiderFoot waits before each retry, after any response that is not 2xx. */
const pauses = [1000, 2000];

/** Send a webhook, or send it twice if `duplicate` is set. */
export async function deliver(prepared: Prepared, sending: Sending): Promise<readonly Delivered[]> {
  const first = await deliverOnce(prepared, sending, false);
  return sending.duplicate ? [first, await deliverOnce(prepared, sending, true)] : [first];
}

async function deliverOnce(
  { type, dialect, webhook }: Prepared,
  { client, retries, fault, signal }: Sending,
  again: boolean,
): Promise<Delivered> {
  const attempts: Attempt[] = [];
  for (;;) {
    const attempt = await client.post(webhook.url, webhook.headers, webhook.body);
    attempts.push(attempt);
    const pause = pauses[attempts.length - 1];
    if (!retries || isSuccess(attempt) || pause === undefined || signal.aborted) {
      const expected = isExpected(attempt, fault, again && dialect);
      return { type, dialect, bytes: webhook.body.length, again, attempts, expected };
    }
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

function isSuccess(attempt: Attempt): boolean {
  return 'status' in attempt && attempt.status >= 200 && attempt.status < 300;
}

/**
 * Return whether a response is expected: 2xx for a genuine webhook, 401 for one with a fault. The same bytes are a
 * duplicate, except for a notification: it has no time, so the same bytes are a new notification.
 * @param again the dialect of a webhook that was sent before, or `false`
 */
function isExpected(attempt: Attempt, fault: Fault | undefined, again: DialectName | false): boolean {
  if (fault !== undefined) return 'status' in attempt && attempt.status === 401;
  if (!isSuccess(attempt)) return false;
  const { status } = answerOf(attempt);
  if (again === 'notification') return status !== 'duplicate';
  return again === false || (status !== 'success' && status !== 'accepted');
}

/** Return the members of a JSON response, or an empty object for any other response. */
export function answerOf(attempt: Attempt): { readonly status?: unknown; readonly code?: unknown } {
  if (!('body' in attempt)) return {};
  try {
    const value: unknown = JSON.parse(attempt.body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
