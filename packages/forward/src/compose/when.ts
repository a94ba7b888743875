import type { EventContext } from '@spiderfoot-webhooks/core';
import {
  type AnyEvent,
  checkHandler,
  closeAll,
  type Forwarder,
  type Handler,
  toForwarder,
} from '../forwarder.ts';

/**
 * Forward only events that a predicate accepts. Other events count as handled.
 * @param predicate if it throws, the handler fails with its error
 * @example
 * receiver.on('scan_completed', when(({ data }) => (data.high_risk_events ?? 0) > 0, slack({ url })), { name: 'slack' });
 */
export function when<Event extends AnyEvent = AnyEvent>(
  predicate: (event: NoInfer<Event>, context: EventContext) => boolean,
  handler: Handler<NoInfer<Event>>,
): Forwarder<Event> {
  checkHandler('predicate', predicate);
  checkHandler('handler', handler);
  return toForwarder(
    async (event: Event, context) => {
      if (predicate(event, context)) await handler(event, context);
    },
    () => closeAll([handler]),
  );
}
