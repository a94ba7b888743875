import { setTimeout as sleep } from 'node:timers/promises';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';

/** What marks an event, in whatever a target makes of it. */
export const markOf = (number: number) => `mark-${number}-end`;

/** The mark in what a target was sent. */
export function findMark(body: unknown): string {
  return /mark-\d+-end/.exec(JSON.stringify(body))?.[0] ?? 'no mark';
}

export interface LoadOptions {
  readonly url: string;
  readonly secret: string;
  /** Which, by their numbers. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds over which they are spread. */
  readonly span: number;
  /** Bytes, about. */
  readonly size: number;
}

/** How many are sent at once at the most. */
const senders = 16;

/**
 * Sends marked events, evenly over a span, each of them as SpiderFoot does: the same bytes again where the answer is not 2xx.
 * Fails where an event is not accepted for all that.
 */
export async function sendEvents({ url, secret, from, to, span, size }: LoadOptions): Promise<void> {
  const began = performance.now();
  let next = from;
  const work = async () => {
    for (let number = next++; number < to; number = next++) {
      await sleep(Math.max(0, began + ((number - from) / (to - from)) * span - performance.now()));
      const data = { target: markOf(number), data: 'x'.repeat(size) };
      await deliver(await signedWebhook('high_risk_event', { secret, url, data }));
    }
  };
  await Promise.all(Array.from({ length: senders }, work));
}

async function deliver({ url, ...init }: Awaited<ReturnType<typeof signedWebhook>>): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { ok, status } = await fetch(url, init);
    if (ok) return;
    if (tries === 3) throw new Error(`An event was answered ${status}`);
    await sleep(1000);
  }
}
