import type { DeliveryQueue } from '../../delivery-queue.ts';
import { check, equal, sleep, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { createDelivery } from '../support/deliveries.ts';
import { createRecorder, failed, processed } from '../support/fixture.ts';

const hour = 3_600_000;

/** The order of deliveries, the limit of concurrency, and endpoints. */
export const orderCases: readonly CaseDefinition<DeliveryQueue>[] = [
  {
    name: 'deliveries run in the order of arrival, and new ones do not overtake a backlog',
    async run({ open, start }) {
      const queue = await open({ concurrency: 1 });
      const deliveries = Array.from({ length: 40 }, () => createDelivery());
      for (const delivery of deliveries.slice(0, 20)) await queue.enqueue(delivery);
      const { works, process } = createRecorder(async () => {
        await sleep(works.length % 3);
        return processed();
      });
      start(queue, process);
      for (const delivery of deliveries.slice(20)) {
        await queue.enqueue(delivery);
        await sleep(1);
      }
      await until(() => works.length === 40, 'forty attempts');
      const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id.slice(-4));
      equal(ids(works), ids(deliveries), 'the order');
    },
  },
  {
    name: 'no delivery overtakes another if they arrive in bursts at a worker with concurrency 1',
    async run({ open, start }) {
      const queue = await open({ concurrency: 1 });
      const turn = () => sleep(0);
      const { works, process } = createRecorder(async () => {
        for (let turns = works.length % 4; turns > 0; turns--) await turn();
        return processed();
      });
      start(queue, process);
      const sent: string[] = [];
      for (let round = 0; round < 60; round++) {
        for (let n = 0; n < round % 3; n++) {
          const delivery = createDelivery();
          sent.push(delivery.id);
          void queue.enqueue(delivery);
        }
        for (let turns = round % 7; turns > 0; turns--) await turn();
        if (round % 5 === 0) await until(() => works.length === sent.length, 'all attempts');
      }
      await until(() => works.length === sent.length, 'all attempts');
      equal(
        works.map(({ id }) => id),
        sent,
        'the order',
      );
    },
  },
  {
    name: 'no more deliveries run at once than concurrency allows, for a backlog and for a burst',
    async run({ open, start, gate }) {
      const queue = await open({ concurrency: 3 });
      const { pass, release, waiting, peak } = gate();
      const { works, process } = createRecorder(async () => {
        await pass();
        return processed();
      });
      for (let n = 0; n < 8; n++) await queue.enqueue(createDelivery());
      start(queue, process);
      for (let round = 1; round <= 5; round++) {
        await Promise.all(Array.from({ length: 8 }, () => queue.enqueue(createDelivery())));
        await until(() => waiting() === 3, 'three attempts at once');
        await until(() => {
          release();
          return works.length === 8 * (round + 1);
        }, 'all attempts of the round');
        release();
        await sleep(5);
      }
      equal(peak(), 3, 'the largest number of attempts at once');
    },
  },
  {
    name: 'deliveries that fail or never end do not block others',
    async run({ open, start, gate }) {
      const queue = await open({ concurrency: 2, baseDelay: hour, maxDelay: hour, closeTimeout: 1 });
      const { pass } = gate();
      const stuck = createDelivery();
      const done: string[] = [];
      const { process } = createRecorder(async ({ id, target }) => {
        if (id === stuck.id) await pass();
        if (target === 'poison') return failed({ nextAttempt: new Date(Date.now() + hour) });
        done.push(id);
        return processed();
      });
      start(queue, process);
      await queue.enqueue(stuck);
      for (let n = 0; n < 5; n++) await queue.enqueue(createDelivery({ target: 'poison' }));
      for (let n = 0; n < 5; n++) await queue.enqueue(createDelivery());
      await until(() => done.length === 5, 'five processed deliveries');
    },
  },
  {
    name: 'each endpoint has its own deliveries, attempts and workers, even for one id',
    async run({ open, start }) {
      const queue = await open();
      const [a, b] = [
        createRecorder(),
        createRecorder(({ attempt }) => (attempt === 1 ? failed() : processed())),
      ];
      const delivery = createDelivery({ endpoint: 'a' });
      equal(await queue.enqueue(delivery), 'accepted', 'enqueue() at a');
      equal(await queue.enqueue({ ...delivery, endpoint: 'b' }), 'accepted', 'enqueue() at b');
      const workers = start(queue, a.process, { endpoint: 'a' });
      await until(() => a.works.length === 1, 'the attempt at a');
      await sleep(30);
      equal(b.works.length, 0, 'the number of attempts at b before its workers start');
      start(queue, b.process, { endpoint: 'b' });
      await until(() => b.works.length === 2, 'two attempts at b');
      equal(
        [...a.works, ...b.works].map(({ endpoint, attempt }) => `${endpoint} ${attempt}`),
        ['a 1', 'b 1', 'b 2'],
        'the attempts',
      );
      await workers.close();
      await queue.enqueue(createDelivery({ endpoint: 'b' }));
      await until(() => b.works.length >= 3, 'an attempt at b after a is closed');
      check(a.works.length === 1, 'no further attempt at a');
    },
  },
];
