import { FallbackError } from '../errors/fallback-error.ts';
import {
  type AnyEvent,
  checkHandler,
  closeAll,
  type Forwarder,
  type Handler,
  toForwarder,
} from '../forwarder.ts';

/**
 * Try the handlers in order until one succeeds: the guide's "fallback notification methods". The handlers share the
 * time of one handler. Without a queue, that time is short: give all handlers but the last a low `timeout` and few
 * `retries`.
 * @returns a forwarder that fails with a {@link FallbackError} only if all handlers failed
 * @example
 * const alert = fallback(slack({ url, timeout: 2000, retries: 0 }), email({ … }));
 * receiver.on('high_risk_event', alert, { name: 'alert' });
 * @see the guide, "Best Practices", "Reliability"
 */
export function fallback<Event extends AnyEvent = AnyEvent>(
  primary: Handler<NoInfer<Event>>,
  secondary: Handler<NoInfer<Event>>,
  ...further: Handler<NoInfer<Event>>[]
): Forwarder<Event> {
  const handlers = [primary, secondary, ...further];
  for (const handler of handlers) checkHandler('handler', handler);
  return toForwarder(
    async (event: Event, context) => {
      const errors: unknown[] = [];
      for (const handler of handlers) {
        try {
          await handler(event, context);
          return;
        } catch (error) {
          errors.push(error);
        }
        // The handler's time is over, and the delivery is being retried. The next handler would send the event twice.
        if (context.signal.aborted) break;
      }
      throw new FallbackError(errors);
    },
    () => closeAll(handlers),
  );
}
