import { ConfigurationError, type EventContext } from '@spiderfoot-webhooks/core';
import type { EventEnvelope } from '@spiderfoot-webhooks/core/events';

/** An event of any type, one of your own schemas too: what every forwarder takes. */
export type AnyEvent = EventEnvelope<string, unknown>;

/**
 * A handler that sends an event on: for `receiver.on`, `onAny` and `onUnhandled`. It resolves once the target has
 * taken the event, and fails with a {@link ForwardError}, so that the event is tried again with this handler alone.
 */
export interface Forwarder<Event = AnyEvent> {
  (event: Event, context: EventContext): Promise<void>;
  /**
   * End waiting events, let running requests finish, and close the connections. Call `await receiver.close()` first.
   * One that is made of others closes them too; to close one twice does nothing, as where two share it.
   */
  close(): Promise<void>;
}

/** What `receiver.on` takes: a forwarder, or a function of your own. */
export interface Handler<Event> {
  (event: Event, context: EventContext): unknown;
  close?(): Promise<void>;
}

/** A function, and what closes it, as one. */
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

/** @throws ConfigurationError for what could not be called */
export function checkHandler(option: string, handler: unknown): void {
  if (typeof handler !== 'function') {
    throw new ConfigurationError(
      option,
      'must be a function: a forwarder such as slack({ url }), or one of yours.',
    );
  }
}
