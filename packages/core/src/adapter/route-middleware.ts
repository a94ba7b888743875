import { ConfigurationError } from '../errors.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { WebhookEvent } from '../events/types.ts';
import type { EventContext } from '../handlers/event-context.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Receiver } from '../receiver/receiver.ts';
import type { Delivery } from './delivery.ts';

/** The verified event that a route gets: `req.spiderfoot`, `ctx.state.spiderfoot`, `c.var.spiderfoot`. */
export interface VerifiedWebhook<Schemas extends DataSchemas = Record<never, never>> {
  readonly event: WebhookEvent<Schemas>;
  readonly context: EventContext;
}

/**
 * Create the core of a middleware: verify a delivery, then let a route of the app handle the event and respond. A 2xx
 * status settles the delivery. After any other status, the sender's retry runs the route again.
 * @returns a function of a delivery and `next`. `next` runs the route, and resolves with the status of its response. The
 *   function resolves with the outcome that the adapter has to send, or with `undefined` if the route has responded.
 *   It rejects with the error of the route. If the route takes longer than `handlerTimeout`, `context.signal` is
 *   aborted, and the delivery counts as failed until the route ends.
 * @throws ConfigurationError if the receiver has a queue, because the route must respond immediately, or handlers,
 *   because they would never run
 */
export function createRouteMiddleware<Schemas extends DataSchemas>(receiver: Receiver<Schemas>) {
  if (receiver.queued) {
    throw new ConfigurationError(
      'queue',
      'cannot be used with webhookMiddleware, because its route runs immediately. Use webhookHandler and register handlers, or remove the queue.',
    );
  }
  receiver.mount('route');
  return async function pass(
    delivery: Delivery,
    next: (passed: VerifiedWebhook<Schemas>) => Promise<number>,
  ): Promise<Outcome | undefined> {
    let route: Promise<number> | undefined;
    const outcome = await receiver.receive(delivery, async (event, context) => {
      // A `next` that throws synchronously must reject like one that throws later.
      route = new Promise((resolve) => resolve(next({ event, context })));
      const status = await route;
      if (status < 200 || status > 299) throw new Error(`The route responded with status ${status}`);
    });
    if (route === undefined) return outcome;
    // Wait even if the route exceeds its time limit, because it still responds, or throws for the framework's error page.
    await route;
    return undefined;
  };
}
