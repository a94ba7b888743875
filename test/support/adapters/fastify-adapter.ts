import type { DataSchemas, Outcome, Receiver } from '@spiderfoot-webhooks/core';
import {
  checkMount,
  createRouteMiddleware,
  toHttpResponse,
  type VerifiedWebhook,
} from '@spiderfoot-webhooks/core/adapter';
import {
  NodeDelivery,
  routeStatus,
  socketAddress,
  surviveFailingPatches,
} from '@spiderfoot-webhooks/core/adapter/node';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';

export interface WebhookOptions {
  /** Return the client's address. @default the socket's address */
  readonly clientIp?: (request: FastifyRequest) => string | undefined;
}

/**
 * Serve a receiver: verify requests, run its handlers and answer.
 * @example
 * app.register(webhookHandler(receiver), { prefix: '/webhook' });
 */
export function webhookHandler<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: WebhookOptions = {},
): FastifyPluginCallback {
  checkMount(receiver, options, ['clientIp']);
  receiver.mount('handlers');
  return (scope, _options, done) => {
    // This hook always answers, before Fastify reads the body.
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) =>
      send(reply, await receiver.receive(toDelivery(request, options)));
    scope.all('/', { onRequest }, () => {});
    done();
  };
}

/**
 * Verify requests and pass the events to your own routes. The route answers; 2xx settles the delivery.
 * @example
 * const webhooks = webhookMiddleware(receiver);
 * app.register(async (scope) => {
 *   webhooks.verify(scope);
 *   scope.post('/webhook', async (request) => ({ id: webhooks.of(request)?.context.id }));
 * });
 */
export function webhookMiddleware<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: WebhookOptions = {},
) {
  checkMount(receiver, options, ['clientIp']);
  const runWithEvent = createRouteMiddleware(receiver);
  const verified = new WeakMap<FastifyRequest, VerifiedWebhook<Schemas>>();
  return {
    /** Verify the requests of all routes of a scope. The event is in `request.body` as well. */
    verify(scope: FastifyInstance): void {
      scope.addHook('onRequest', (request, reply, done) => {
        runWithEvent(toDelivery(request, options), (webhook) => {
          verified.set(request, webhook);
          done(); // Fastify now runs the route.
          return routeStatus(reply.raw);
        })
          .then((outcome) => outcome && send(reply, outcome))
          .catch((error: Error) => reply.send(error));
      });
      // The body has been read. Fastify's own parsers would wait for it.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (request, _payload, done) => done(null, verified.get(request)?.event));
    },
    of: (request: FastifyRequest) => verified.get(request),
  };
}

function toDelivery(request: FastifyRequest, { clientIp = socketAddress }: WebhookOptions): NodeDelivery {
  return new NodeDelivery(request.raw, () => clientIp(request));
}

function send(reply: FastifyReply, outcome: Outcome): FastifyReply {
  surviveFailingPatches(reply.raw);
  const { status, headers, body, closesConnection } = toHttpResponse(outcome);
  // Node then sends `Connection: close`, and closes the connection of an unauthenticated client.
  if (closesConnection) reply.raw.shouldKeepAlive = false;
  return reply.code(status).headers(headers).send(body);
}
