import { ConfigurationError } from '../errors.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { WebhookEvent } from '../events/types.ts';
import type { EventContext } from '../handlers/event-context.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Receiver } from '../receiver/receiver.ts';
import type { Delivery } from './delivery.ts';

/** A verified event on its way to a route: `req.spiderfoot`, `ctx.state.spiderfoot`, `c.var.spiderfoot`. */
export interface VerifiedWebhook<Schemas extends DataSchemas = Record<never, never>> {
  readonly event: WebhookEvent<Schemas>;
  readonly context: EventContext;
}

/**
 * What a middleware does: verify, then let the app's own route handle the event and answer. Only an answer of 2xx
 * settles the delivery; after any other the sender's retry comes to the route again.
 * @returns a function that takes a delivery and `next`, which runs the route and resolves with the status the route
 *   has answered. It resolves with the outcome that is still to be answered, or `undefined` where the route has
 *   answered; what the route throws, it throws. A route that takes longer than `handlerTimeout` is told by its
 *   `context.signal`, and counts as failed until it is through.
 * @throws ConfigurationError if the receiver has a queue, because the route must answer now, or handlers, because
 *   they would never run
 */
export function createRouteMiddleware<Schemas extends DataSchemas>(receiver: Receiver<Schemas>) {
  if (receiver.queued) {
    throw new ConfigurationError(
      'queue',
      'does not go with webhookMiddleware, whose route runs at once. Use webhookHandler and register handlers, or leave the queue out.',
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
      if (status < 200 || status > 299) throw new Error(`The route answered ${status}`);
    });
    if (route === undefined) return outcome;
    // Also past its time: the route answers, or throws what the framework is to answer.
    await route;
    return undefined;
  };
}
