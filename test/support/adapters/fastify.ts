import type { RequestListener } from 'node:http';
import fastify, { type FastifyInstance } from 'fastify';
import { webhookHandler, webhookMiddleware } from './fastify-adapter.ts';
import { type AdapterMounts, answerOf, mount, routeMount, teapot } from './mount.ts';

/** An app as a request listener. Fastify registers plugins asynchronously, before the first request. */
function listenerOf(app: FastifyInstance): RequestListener {
  return (req, res) => void app.ready().then(() => app.routing(req, res));
}

export const fastifyMounts: AdapterMounts = {
  mounts: [
    mount('fastify', '/webhook', (receiver, { clientIp, readBodyFirst, before }) => {
      const app = fastify();
      // Without this, Fastify itself answers other methods with 404.
      app.addHttpMethod('PROPFIND');
      app.addHook('onRequest', async ({ raw }, reply) => {
        before?.(raw, reply.raw);
        if (readBodyFirst) for await (const _chunk of raw);
      });
      const options = clientIp && {
        clientIp: ({ headers }: { headers: Record<string, string | string[] | undefined> }) =>
          clientIp((name) => headers[name]?.toString()),
      };
      app.register(webhookHandler(receiver, options), { prefix: '/webhook' });
      return listenerOf(app);
    }),
  ],
  routeMounts: [
    routeMount('fastify', (receiver, route) => {
      const app = fastify();
      app.setErrorHandler((_error, _request, reply) => reply.code(teapot.status).send(teapot.body));
      const webhooks = webhookMiddleware(receiver);
      app.register(async (scope) => {
        webhooks.verify(scope);
        scope.post('/webhook', async (request, reply) => {
          const status = await route(webhooks.of(request));
          return reply.code(status).send(answerOf(status));
        });
      });
      return listenerOf(app);
    }),
  ],
};
