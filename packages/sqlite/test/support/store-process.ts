/**
 * A process that opens a store. Its argument is an `Order`. It prints a line for each step: `ready`, `opened`, `began 1`,
 * `done 1`, the status of each webhook, and `closed`.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createReceiver, type EventContext } from '@spiderfoot-webhooks/core';
import { openStore } from '../../src/index.ts';
import type { Order } from './processes.ts';
import { createWebhook, secret, type Webhook } from './webhooks.ts';

const order: Order = JSON.parse(process.argv[3] ?? '{}');
const print = (line: string) => process.stdout.write(`${line}\n`);

print('ready');
const { at = Date.now(), files = 0 } = order;
await sleep(Math.max(0, at - Date.now() - 5));
for (let n = 0; n < files; n++) {
  // A timer is late by more than the time that opening takes.
  while (Date.now() < at + n * 20);
  await openStore(`${order.path}-${n}`, order.options).close();
}
const store = openStore(order.path, order.options);
print('opened');

async function handle(_event: unknown, { attempt }: EventContext) {
  print(`began ${attempt}`);
  if (order.handler === 'dies') process.kill(process.pid, 'SIGKILL');
  if (order.handler === 'hangs') await sleep(3_600_000);
  if (order.handler === 'waits') await once(process.stdin, 'data');
  print(`done ${attempt}`);
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
  const sendOne = async (webhook: Webhook) => print((await webhook.send(receiver)).status);
  print('sending');
  if (order.together) await Promise.all(webhooks.map(sendOne));
  else for (const webhook of webhooks) await sendOne(webhook);
  await receiver.close();
}
process.once('SIGTERM', () => void store.close().then(() => process.exit(0)));
if (order.handler === undefined) {
  await store.close();
  print('closed');
  process.exit(0);
}
