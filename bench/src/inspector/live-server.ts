/** A receiver and its inspector over one store, in their own process. */
import { createServer } from 'node:http';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { inspectorListener } from '@spiderfoot-webhooks/inspector/node';
import { openStore as openPostgres } from '@spiderfoot-webhooks/postgres';
import { openStore as openSqlite } from '@spiderfoot-webhooks/sqlite';
import { secret } from '../support/bodies.ts';
import { answerParent, portOf } from '../support/child.ts';

const [address = ''] = process.argv.slice(2);
const isPostgres = address.startsWith('postgres');
const store = isPostgres ? openPostgres(address) : openSqlite(address);
const receiver = createReceiver({ secret, queue: store });
receiver.onAny(() => {}, { name: 'siem' });
const webhooks = webhookListener(receiver);
const inspector = inspectorListener(store);
const server = createServer((request, response) => {
  if (request.method === 'POST') webhooks(request, response);
  else void inspector(request, response);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

/** The CPU time of this thread, in milliseconds. Unlike a clock, it does not run while other processes do. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

let [turned, blocked] = [threadTime(), 0];
setInterval(() => {
  const now = threadTime();
  blocked = Math.max(blocked, now - turned);
  turned = now;
}, 1);

answerParent({
  port: () => portOf(server.address()),
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** The longest turn since the previous question. */
  blocked() {
    const longest = blocked;
    blocked = 0;
    return longest;
  },
});
