import { createReceiver, type EventContext } from '@spiderfoot-webhooks/core';
import { type SignedOptions, signedDelivery, type TestEventType } from '@spiderfoot-webhooks/core/testing';
import type { AnyEvent } from '../../src/index.ts';

export const secret = 'the-secret-of-spiderfoot';

/** Return an event and its context as a receiver passes them to a handler. */
export async function received(
  type: TestEventType,
  options: Omit<SignedOptions, 'secret'> = {},
): Promise<{ event: AnyEvent; context: EventContext }> {
  let passed: { event: AnyEvent; context: EventContext } | undefined;
  const receiver = createReceiver({ secret });
  const timestamp = new Date('2024-01-01T12:00:00Z');
  const outcome = await receiver.receive(
    await signedDelivery(type, { secret, timestamp, ...options }),
    (event, context) => {
      passed = { event, context };
    },
  );
  if (passed === undefined) throw new Error(`The receiver rejected the event: ${JSON.stringify(outcome)}`);
  return passed;
}

/** Return a copy of the context with another signal. */
export function withSignal(context: EventContext, signal: AbortSignal): EventContext {
  const { id, endpoint, receivedAt, ip, attempt, wire, logger } = context;
  return { id, endpoint, receivedAt, ip, attempt, wire, logger, signal };
}

/** Return a copy of the context with a new signal that is never aborted. */
export function withTime(context: EventContext): EventContext {
  return withSignal(context, new AbortController().signal);
}
