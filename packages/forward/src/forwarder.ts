import { ConfigurationError, type EventContext } from '@spiderfoot-webhooks/core';
import type { EventEnvelope } from '@spiderfoot-webhooks/core/events';

/** An event of any type, including the types of your own schemas. Every forwarder accepts it. */
export type AnyEvent = EventEnvelope<string, unknown>;

/**
 * A handler that forwards events, for `receiver.on`, `onAny` and `onUnhandled`. It resolves once the target has
 * accepted the event. If it rejects with a {@link ForwardError}, a queue or SpiderFoot retries the event with this handler
 * only.
 */
export interface Forwarder<Event = AnyEvent> {
  (event: Event, context: EventContext): Promise<void>;
  /**
   * Fail waiting events, let running requests finish, and close the connections. Call `await receiver.close()` first. A
   * composed forwarder also closes the forwarders that you passed to it. Closing a forwarder again has no effect, so two
   * composed forwarders can share a third.
   */
  close(): Promise<void>;
}

/** A handler as `receiver.on` accepts it: a forwarder, or your own function. */
export interface Handler<Event> {
  (event: Event, context: EventContext): unknown;
  close?(): Promise<void>;
}

/** Turn a handler and its close function into a forwarder. */
export function toForwarder<Event>(
  run: (event: Event, context: EventContext) => Promise<void>,
  close: () => Promise<void>,
): Forwarder<Event> {
  let closing: Promise<void> | undefined;
  return Object.assign(run, {
    close() {
      closing ??= close();
      return closing;
    },
  });
}

/** Close the forwarders among these handlers. */
export async function closeAll(handlers: readonly { close?(): Promise<void> }[]): Promise<void> {
  await Promise.all(handlers.map((handler) => handler.close?.()));
}

/** @throws ConfigurationError if the handler is not a function */
export function checkHandler(option: string, handler: unknown): void {
  if (typeof handler !== 'function') {
    throw new ConfigurationError(
      option,
      'must be a function: a forwarder such as slack({ url }), or your own function.',
    );
  }
}
