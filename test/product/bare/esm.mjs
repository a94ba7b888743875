import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { signedDelivery, signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { webhookHandler as expressHandler } from '@spiderfoot-webhooks/express';
import { webhookHandler as honoHandler } from '@spiderfoot-webhooks/hono';
import { webhookHandler as koaHandler } from '@spiderfoot-webhooks/koa';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import express from 'express';
import { Hono } from 'hono';
import Koa from 'koa';

const secret = 'bare-s3cret';

const apps = {
  express: (receiver) => express().post('/webhook', expressHandler(receiver)),
  koa: (receiver) => new Koa().use(koaHandler(receiver)).callback(),
  hono: (receiver) => getRequestListener(new Hono().post('/webhook', honoHandler(receiver)).fetch),
  node: (receiver) => webhookListener(receiver),
};

for (const [name, toListener] of Object.entries(apps)) {
  const receiver = createReceiver({ secret });
  receiver.on('scan_completed', ({ data }, { wire }) => console.log(name, data.target, wire.dialect));
  const server = createServer(toListener(receiver));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/webhook`;
  for (const type of ['scan_completed', 'scan.complete']) {
    const { url: to, ...init } = await signedWebhook(type, { secret, url });
    const response = await fetch(to, init);
    const { status } = await response.json();
    console.log(name, response.status, status);
  }
  await receiver.close();
  server.close();
  server.closeAllConnections();
}

const store = openStore('webhooks.db');
const queued = createReceiver({ secret, queue: store });
const handled = new Promise((resolve) => queued.onAny(({ data }) => resolve(data.target)));
console.log('sqlite', (await queued.receive(await signedDelivery('scan.complete', { secret }))).status);
console.log('sqlite', await handled);
await queued.close();
await store.close();
