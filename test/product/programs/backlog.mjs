// A program that mounts a receiver with deliveries waiting in its store: STARTS=nothing|serve|start node backlog.mjs
import { createReceiver } from '@spiderfoot-webhooks/core';
import { serve, webhookListener } from '@spiderfoot-webhooks/core/node';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import { webhookHandler as expressHandler } from '@spiderfoot-webhooks/express';
import { webhookHandler as honoHandler } from '@spiderfoot-webhooks/hono';
import { webhookHandler as koaHandler } from '@spiderfoot-webhooks/koa';
import { openStore } from '@spiderfoot-webhooks/sqlite';

const { DB, STARTS, MODE } = process.env;
const store = openStore(DB);
const receiver = createReceiver({ secret: 's3cret', [MODE]: store });
receiver.onAny((_event, { id }) => console.log(`handled ${id}`));

const listener = webhookListener(receiver);
for (const mount of [fetchHandler, expressHandler, honoHandler, koaHandler]) mount(receiver);

if (STARTS === 'serve') await serve(listener, receiver, { port: 0, onClose: () => store.close() });
if (STARTS === 'start') receiver.start();
// Longer than a worker needs to claim and run the waiting deliveries.
if (STARTS === 'nothing') {
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await receiver.close();
  await store.close();
  console.log('ended');
}
