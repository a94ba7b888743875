import { createReceiver } from '@spiderfoot-webhooks/core';
import { webhookHandler } from '@spiderfoot-webhooks/hono';
import { type Handler, Hono } from 'hono';

interface Bindings {
  readonly SPIDERFOOT_WEBHOOK_SECRET: string;
}

type Env = { Bindings: Bindings };

function createHandler({ SPIDERFOOT_WEBHOOK_SECRET: secret }: Bindings): Handler<Env> {
  const receiver = createReceiver({ secret });
  receiver.on('scan_completed', ({ data }) => {
    console.log(JSON.stringify({ scan: data.scan_id, target: data.target }));
  });
  receiver.onError((error, { source }) => console.error(source, error));
  return webhookHandler(receiver, { clientIp: (c) => c.req.header('cf-connecting-ip') });
}

// The secret is available only in a request, so the first request creates the receiver. Later requests share it.
let handler: Handler<Env> | undefined;

const app = new Hono<Env>();
app.all('/webhook', (c, next) => {
  handler ??= createHandler(c.env);
  return handler(c, next);
});
app.get('/health', (c) => c.json({ status: 'ok' }));

export default app;
