import { createReceiver, type EventContext } from '@spiderfoot-webhooks/core';
import { type SignedOptions, signedDelivery, type TestEventType } from '@spiderfoot-webhooks/core/testing';
import type { AnyEvent } from '../../src/index.ts';

export const secret = 'the-secret-of-spiderfoot';

/** An event and its context, as a receiver hands them to a handler. */
export async function received(
  type: TestEventType,
  options: Omit<SignedOptions, 'secret'> = {},
): Promise<{ event: AnyEvent; context: EventContext }> {
  let got: { event: AnyEvent; context: EventContext } | undefined;
  const receiver = createReceiver({ secret });
  const timestamp = new Date('2024-01-01T12:00:00Z');
  const outcome = await receiver.receive(
    await signedDelivery(type, { secret, timestamp, ...options }),
    (event, context) => {
      got = { event, context };
    },
  );
  if (got === undefined) throw new Error(`The event was not taken: ${JSON.stringify(outcome)}`);
  return got;
}

/** The same context with a signal of the test's. */
export function withSignal(context: EventContext, signal: AbortSignal): EventContext {
  const { id, endpoint, receivedAt, ip, attempt, wire, logger } = context;
  return { id, endpoint, receivedAt, ip, attempt, wire, logger, signal };
}

/** The same context, of a handler that has a signal of its own, and time. */
export function withTime(context: EventContext): EventContext {
  return withSignal(context, new AbortController().signal);
}
