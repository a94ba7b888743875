import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import * as forExpress from '@spiderfoot-webhooks/express';
import { type Forwarder, fallback, throttle, when } from '@spiderfoot-webhooks/forward';
import { siem } from '@spiderfoot-webhooks/forward/siem';
import { slack } from '@spiderfoot-webhooks/forward/slack';
import * as forHono from '@spiderfoot-webhooks/hono';
import * as forKoa from '@spiderfoot-webhooks/koa';
import { openStore, type Store } from '@spiderfoot-webhooks/sqlite';
import express from 'express';
import { Hono } from 'hono';
import Koa from 'koa';
import * as z from 'zod';

const secret = 'bare-s3cret';
const schemas = { 'asset.discovered': z.object({ asset: z.string() }) };

declare module '@spiderfoot-webhooks/express' {
  interface Register {
    schemas: typeof schemas;
  }
}

const receiver = createReceiver({ secret, schemas, events: ['scan', 'asset.discovered'] });
receiver.on('scan_completed', ({ data }) => {
  const found: number | null | undefined = data.events_found;
  console.log(data.target, found);
});
receiver.on('asset.discovered', ({ data }) => console.log(data.asset.toUpperCase()));

const soc: Forwarder = siem({ endpoint: 'https://siem.example.com', apiKey: 'key' });
const alert = fallback(throttle(slack({ url: 'https://hooks.example.com/services/a' })), soc);
receiver.on(
  'scan_completed',
  when(({ data }) => (data.events_found ?? 0) > 1e6, alert),
  { name: 'alert' },
);

// Handlers of a receiver for a route would never run.
const routed = createReceiver({ secret, schemas });
express().post('/webhook', forExpress.webhookMiddleware(routed), (req, res) => {
  const event = req.spiderfoot?.event;
  if (event?.event_type === 'asset.discovered') res.json(event.data.asset.toUpperCase());
});

// Another receiver, whose events are not those of Register.
const plain = createReceiver({ secret });
express().post('/plain', forExpress.webhookMiddleware(plain), (req, res) => {
  const { event } = forExpress.getWebhook(req);
  if (event.event_type === 'scan_completed') res.json(event.data.target);
});
export const all: Receiver[] = [receiver, routed, plain];

new Koa<forKoa.WebhookState<typeof schemas>>().use(forKoa.webhookMiddleware(routed)).use((ctx) => {
  const { event } = ctx.state.spiderfoot;
  if (event.event_type === 'asset.discovered') ctx.body = event.data.asset.toUpperCase();
});

new Hono().post('/webhook', forHono.webhookMiddleware(routed), (c) => {
  const { event } = c.get('spiderfoot');
  return c.text(event.event_type === 'asset.discovered' ? event.data.asset.toUpperCase() : '');
});

for (const type of ['scan.complete', 'asset.discovered', 'system_alert']) {
  const outcome = await receiver.receive(await signedDelivery(type, { secret }));
  console.log(outcome.status === 'rejected' ? outcome.code : `${outcome.event.event_type} ${outcome.status}`);
}

const store: Store = openStore(':memory:', { concurrency: 4 });
createReceiver({ secret, schemas, queue: store });
const { deliveries } = await store.list({ state: 'dead', eventType: 'scan_completed' });
const [first] = deliveries;
const failed: readonly string[] = first?.handlers.flatMap(({ error }) => error ?? []) ?? [];
console.log(failed.length, (await store.counts({ by: ['state'] })).length);
await Promise.all([alert.close(), soc.close(), store.close()]);
