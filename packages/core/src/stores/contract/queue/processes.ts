import type { DeliveryQueue } from '../../delivery-queue.ts';
import { check, equal, matches, sleep, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { createDelivery } from '../support/deliveries.ts';
import { createRecorder, type Fixture, failed, processed } from '../support/fixture.ts';

/** Deliveries that outlive their process, and several processes that share one store. */
export const processCases: readonly CaseDefinition<DeliveryQueue>[] = [
  {
    name: 'queued deliveries run in the order of arrival after the store is opened again',
    needs: ['durable'],
    async run({ open, start, close }) {
      const first = await open();
      const bodies = [undefined, Uint8Array.of(0xff, 0), undefined];
      const deliveries = bodies.map((body) => createDelivery(body && { body }));
      for (const delivery of deliveries) await first.enqueue(delivery);
      await close(first);
      const second = await open({ concurrency: 1 });
      for (const delivery of deliveries) {
        equal(await second.enqueue(delivery), 'duplicate', 'enqueue() of a queued delivery');
      }
      const { works, process } = createRecorder();
      start(second, process);
      await until(() => works.length === 3, 'three attempts');
      for (const [index, { body, ...fields }] of deliveries.entries()) {
        matches(works[index], { ...fields, attempt: 1, succeeded: [] }, `attempt ${index}`);
        equal([...(works[index]?.body ?? [])], [...body], `the body of attempt ${index}`);
      }
    },
  },
  {
    name: 'attempts and successes are kept when the store is opened again',
    needs: ['durable'],
    async run({ open, start, close }) {
      const first = await open({ maxDelay: 1000 });
      const before = createRecorder(() =>
        failed({ succeeded: ['slack'], nextAttempt: new Date(Date.now() + 150) }),
      );
      start(first, before.process);
      await first.enqueue(createDelivery());
      await until(() => before.works.length === 1, 'the first attempt');
      await sleep(20);
      await close(first);
      const after = createRecorder();
      start(await open({ maxDelay: 1000 }), after.process);
      await until(() => after.works.length === 1, 'the second attempt');
      matches(after.works[0], { attempt: 2, succeeded: ['slack'] }, 'the second attempt');
    },
  },
  {
    name: 'processed deliveries and dead letters are not attempted when the store is opened again',
    needs: ['durable'],
    async run({ open, start, close }) {
      const [good, bad] = [createDelivery(), createDelivery()];
      const first = await open({ maxAttempts: 1 });
      const before = createRecorder(({ id }) => (id === good.id ? processed() : failed()));
      start(first, before.process, before);
      for (const delivery of [good, bad]) await first.enqueue(delivery);
      await until(() => before.works.length === 2 && before.letters.length === 1, 'both attempts');
      await close(first);
      const second = await open();
      const after = createRecorder();
      start(second, after.process, after);
      const next = createDelivery();
      equal(await second.enqueue(good), 'duplicate', 'enqueue() of the processed delivery');
      await second.enqueue(next);
      await until(() => after.works.length >= 1, 'the attempt at the next delivery');
      await sleep(50);
      equal(
        after.works.map(({ id }) => id),
        [next.id],
        'the attempts after the store is opened again',
      );
      equal(after.letters, [], 'the dead letters after the store is opened again');
    },
  },
  {
    name: 'a process with a shorter maxDelay does not make the retry of another process earlier',
    needs: ['durable'],
    async run({ open, start, close }) {
      const first = await open({ maxDelay: 3_600_000 });
      const before = createRecorder((_, { retryAt }) =>
        failed({ retryAfter: 600, nextAttempt: retryAt?.(600) }),
      );
      start(first, before.process);
      const delivery = createDelivery();
      await first.enqueue(delivery);
      await until(() => before.works.length === 1, 'the first attempt');
      await sleep(20);
      await close(first);
      const second = await open({ maxDelay: 100 });
      const after = createRecorder();
      start(second, after.process);
      for (let n = 1; n <= 3; n++) {
        await second.enqueue(createDelivery());
        await until(() => after.works.length === n, `attempt ${n}`);
        await sleep(30);
      }
      check(!after.works.some(({ id }) => id === delivery.id), 'no early retry');
    },
  },
  {
    name: 'two processes share a queue, and each delivery runs once',
    needs: ['shared'],
    async run({ open, start }) {
      const [one, two] = [await open(), await open()];
      const seen: string[] = [];
      const run = async ({ id }: { readonly id: string }) => {
        seen.push(id);
        await sleep(1);
        return processed();
      };
      start(one, createRecorder(run).process);
      start(two, createRecorder(run).process);
      for (let n = 0; n < 40; n++) await (n % 2 === 0 ? one : two).enqueue(createDelivery());
      await until(() => seen.length >= 40, 'forty attempts');
      await sleep(60);
      equal([seen.length, new Set(seen).size], [40, 40], 'the numbers of attempts and of deliveries');
    },
  },
  {
    name: 'a worker finds a delivery that another process puts into the queue',
    needs: ['shared'],
    async run({ open, start }) {
      const [one, two] = [await open(), await open()];
      const { works, process } = createRecorder();
      start(one, process);
      await sleep(20);
      const delivery = createDelivery();
      equal(await two.enqueue(delivery), 'accepted', 'enqueue() in the other process');
      await until(() => works.length === 1, 'the attempt');
      equal(
        await two.enqueue(delivery),
        'duplicate',
        'enqueue() of a delivery that the other process has run',
      );
    },
  },
  {
    name: 'a delivery that runs longer than its lease is not taken over, because its worker renews the lease',
    needs: ['shared'],
    run: (fixture) => expectNoTakeover(fixture, { owner: 150, other: 150 }, 600),
  },
  {
    name: 'the process that claims a delivery determines the duration of its lease',
    needs: ['shared'],
    run: (fixture) => expectNoTakeover(fixture, { owner: 3_600_000, other: 30 }, 200),
  },
  {
    name: 'after a process is lost, another process takes over its delivery as the next attempt',
    needs: ['loseProcess'],
    async run({ open, start, close, loseProcess }) {
      const options = { lease: 200, maxAttempts: 5 };
      const before = await open(options);
      const delivery = createDelivery();
      await before.enqueue(delivery);
      await close(before);
      await loseProcess(options);
      const queue = await open(options);
      const { works, process, letters, onDeadLetter } = createRecorder();
      start(queue, process, { onDeadLetter });
      await until(() => works.length === 1, 'the attempt');
      matches(works[0], { id: delivery.id, attempt: 2 }, 'the attempt');
      equal(letters, [], 'the dead letters');
    },
  },
  {
    name: 'a delivery that loses maxAttempts processes is reported once as a lost dead letter',
    needs: ['loseProcess'],
    async run({ open, start, close, loseProcess }) {
      const options = { lease: 200, maxAttempts: 2 };
      const before = await open(options);
      const delivery = createDelivery();
      await before.enqueue(delivery);
      await close(before);
      await loseProcess(options);
      await loseProcess(options);
      const queue = await open(options);
      const { works, process, letters, onDeadLetter } = createRecorder();
      start(queue, process, { onDeadLetter });
      await until(() => letters.length === 1, 'the dead letter');
      matches(letters[0], { id: delivery.id, attempts: 2, reason: 'lost' }, 'the dead letter');
      await sleep(60);
      equal([works.length, letters.length], [0, 1], 'the numbers of attempts and dead letters');
      equal(await queue.enqueue(delivery), 'accepted', 'enqueue() of the dead letter');
    },
  },
  {
    name: 'deliveries that may have ended their processes run one at a time',
    needs: ['shared', 'loseProcess'],
    async run({ open, start, gate, loseProcess }) {
      const options = { lease: 200, maxAttempts: 4, concurrency: 2 };
      const queue = await open(options);
      for (let n = 0; n < 2; n++) await queue.enqueue(createDelivery());
      // Each process has both deliveries when it ends.
      for (let n = 0; n < 2; n++) await loseProcess(options);
      const { pass, release, waiting, peak } = gate();
      const { works, process } = createRecorder(async () => {
        await pass();
        return processed();
      });
      start(queue, process);
      for (const count of [1, 2]) {
        await until(() => waiting() === 1 && works.length === count, `attempt ${count}`);
        await sleep(100);
        release();
      }
      equal(peak(), 1, 'the largest number of attempts at once');
    },
  },
];

/**
 * Check that a second process does not take over a delivery that runs.
 * @param leases the lease of each process, in milliseconds
 * @param wait the time that the delivery runs after the second process has started, in milliseconds
 */
async function expectNoTakeover(
  { open, start, gate }: Fixture<DeliveryQueue>,
  leases: { readonly owner: number; readonly other: number },
  wait: number,
): Promise<void> {
  const [one, two] = [await open({ lease: leases.owner }), await open({ lease: leases.other })];
  const { pass, waiting } = gate();
  const owner = createRecorder(async () => {
    await pass();
    return processed();
  });
  start(one, owner.process);
  await one.enqueue(createDelivery());
  await until(() => waiting() === 1, 'the attempt to begin');
  const other = createRecorder();
  start(two, other.process);
  await sleep(wait);
  equal([owner.works.length, other.works.length], [1, 0], 'the numbers of attempts');
}
