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
 * Try the handlers in order until one succeeds. The handlers share the time of one handler, which is short without a
 * queue. Give all handlers but the last a low `timeout` and few `retries`.
 * @returns a forwarder that fails with a {@link FallbackError} only if all handlers failed
 * @example
 * const alert = fallback(slack({ url, timeout: 2000, retries: 0 }), email({ … }));
 * receiver.on('high_risk_event', alert, { name: 'alert' });
 * @see SpiderFoot's Webhook Integration Guide, "Best Practices", "Reliability"
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
        // The handler's time is over, so the delivery will be retried. Trying the next handler could send the event twice.
        if (context.signal.aborted) break;
      }
      throw new FallbackError(errors);
    },
    () => closeAll(handlers),
  );
}
