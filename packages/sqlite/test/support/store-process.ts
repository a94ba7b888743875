/**
 * Another process over a store's file. Its argument says what it does, its standard output what became of it.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createReceiver, type EventContext } from '@spiderfoot-webhooks/core';
import { openStore } from '../../src/index.ts';
import type { Order } from './processes.ts';
import { createWebhook, secret, type Webhook } from './webhooks.ts';

const order: Order = JSON.parse(process.argv[3] ?? '{}');
const say = (line: string) => process.stdout.write(`${line}\n`);

say('ready');
const { at = Date.now(), files = 0 } = order;
await sleep(Math.max(0, at - Date.now() - 5));
for (let n = 0; n < files; n++) {
  // Not by a timer: it would be late by more than the time that opening takes.
  while (Date.now() < at + n * 20);
  await openStore(`${order.path}-${n}`, order.options).close();
}
const store = openStore(order.path, order.options);
say('opened');

async function handle(_event: unknown, { attempt }: EventContext) {
  say(`began ${attempt}`);
  if (order.handler === 'dies') process.kill(process.pid, 'SIGKILL');
  if (order.handler === 'hangs') await sleep(3_600_000);
  if (order.handler === 'waits') await once(process.stdin, 'data');
  say(`done ${attempt}`);
}

if (order.handler !== undefined) {
  const receiver = createReceiver({ secret, queue: store }).onAny(handle, { name: 'handler' });
  receiver.start();
}
if (order.send !== undefined) {
  const receiver = createReceiver({ secret, log: store });
  const salt = randomBytes(4).toString('hex');
  const numbers = Array.from({ length: order.send }, (_, n) => n);
  const webhooks = await Promise.all(numbers.map((n) => createWebhook('scan_completed', { n, salt })));
  const sendOne = async (webhook: Webhook) => say((await webhook.send(receiver)).status);
  say('sending');
  if (order.together) await Promise.all(webhooks.map(sendOne));
  else for (const webhook of webhooks) await sendOne(webhook);
  await receiver.close();
}
process.once('SIGTERM', () => void store.close().then(() => process.exit(0)));
if (order.handler === undefined) {
  await store.close();
  say('closed');
  process.exit(0);
}
