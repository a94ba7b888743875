import { setTimeout as sleep } from 'node:timers/promises';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';

/** Returns the mark of an event. It can be found in every target's format. */
export const markOf = (number: number) => `mark-${number}-end`;

/** Returns the mark in the body of a request to a target. */
export function findMark(body: unknown): string {
  return /mark-\d+-end/.exec(JSON.stringify(body))?.[0] ?? 'no mark';
}

export interface LoadOptions {
  readonly url: string;
  readonly secret: string;
  /** The number of the first event. */
  readonly from: number;
  /** The number after that of the last event. */
  readonly to: number;
  /** The milliseconds over which the events are spread. */
  readonly span: number;
  /** The approximate size of an event, in bytes. */
  readonly size: number;
}

/** The maximum number of concurrent requests. */
const senders = 16;

/**
 * Sends marked events, evenly over a span. Like SpiderFoot, it sends the same bytes again if the response is not 2xx.
 * @throws if an event is not accepted after three attempts
 */
export async function sendEvents({ url, secret, from, to, span, size }: LoadOptions): Promise<void> {
  const began = performance.now();
  let next = from;
  const sendNext = async () => {
    for (let number = next++; number < to; number = next++) {
      await sleep(Math.max(0, began + ((number - from) / (to - from)) * span - performance.now()));
      const data = { target: markOf(number), data: 'x'.repeat(size) };
      await deliver(await signedWebhook('high_risk_event', { secret, url, data }));
    }
  };
  await Promise.all(Array.from({ length: senders }, sendNext));
}

async function deliver({ url, ...init }: Awaited<ReturnType<typeof signedWebhook>>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { ok, status } = await fetch(url, init);
    if (ok) return;
    if (attempt === 3) throw new Error(`The receiver answered an event with ${status}`);
    await sleep(1000);
  }
}
