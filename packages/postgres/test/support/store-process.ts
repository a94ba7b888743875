/** Another process with a store. Its argument says what it does. */
import { openStore } from '../../src/index.ts';
import { createStored } from './deliveries.ts';
import type { Order } from './processes.ts';

const order: Order = JSON.parse(process.argv[3] ?? '{}');
const say = (line: string) => process.stdout.write(`${line}\n`);

const store = openStore(order.connection, order.options);
await store.ready();
say('ready');
for (let n = 0; n < (order.enqueue ?? 0); n++) await store.enqueue(createStored());
if (order.enqueue !== undefined) say('enqueued');
if (order.record !== undefined) {
  await store.record({ ...createStored({ id: order.record }), state: 'received', attempt: 0, succeeded: [] });
  say('recorded');
} else if (order.hang) {
  store.start('default', () => {
    say('began');
    return new Promise(() => {});
  });
} else {
  await store.close();
  process.exit(0);
}
