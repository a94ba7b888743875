/** Another process over a queue. Its argument is its order, and its standard output says what happened. */
import { openQueue } from '../../src/index.ts';
import { createDelivery, processed } from './deliveries.ts';
import type { Order } from './processes.ts';

const order: Order = JSON.parse(process.argv[3] ?? '{}');
const say = (line: string) => process.stdout.write(`${line}\n`);

const queue = openQueue(order.url, order.options);
await queue.ready();
say('opened');

if (order.handler !== undefined) {
  queue.start('default', async ({ id, target, attempt }) => {
    say(`began ${id} ${attempt}`);
    if (order.handler === 'hangs') await new Promise(() => {});
    if (target === 'poison') process.kill(process.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, order.duration ?? 0));
    say(`done ${id}`);
    return processed;
  });
}

async function sendUntilKilled(): Promise<void> {
  for (;;) {
    const delivery = createDelivery();
    try {
      if (order.answersFirst) say(`accepted ${delivery.id}`);
      await queue.enqueue(delivery);
      if (!order.answersFirst) say(`accepted ${delivery.id}`);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
for (let sender = 0; sender < (order.senders ?? 0); sender++) void sendUntilKilled();

process.once('SIGTERM', () => void queue.close().then(() => process.exit(0)));
