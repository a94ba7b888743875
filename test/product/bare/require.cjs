const { createReceiver } = require('@spiderfoot-webhooks/core');
const { webhookListener } = require('@spiderfoot-webhooks/core/node');
const { signedDelivery, signedRequest } = require('@spiderfoot-webhooks/core/testing');
const { fetchHandler } = require('@spiderfoot-webhooks/core/web');
const express = require('@spiderfoot-webhooks/express');
const hono = require('@spiderfoot-webhooks/hono');
const koa = require('@spiderfoot-webhooks/koa');
const { openStore } = require('@spiderfoot-webhooks/sqlite');

async function main() {
  const secret = 'bare-s3cret';
  const receiver = createReceiver({ secret });
  receiver.on('scan_completed', ({ data }) => console.log(data.target));
  console.log((await receiver.receive(await signedDelivery('scan.complete', { secret }))).status);
  const response = await fetchHandler(receiver)(await signedRequest('scan_completed', { secret }));
  console.log(response.status);
  const mounts = [express.webhookHandler, koa.webhookHandler, hono.webhookHandler, webhookListener];
  console.log(...mounts.map((mount) => typeof mount(receiver)));
  const store = openStore(':memory:');
  const logged = createReceiver({ secret, log: store });
  console.log((await logged.receive(await signedDelivery('scan.complete', { secret }))).status);
  console.log((await store.list()).deliveries.length);
  await store.close();
}

void main();
