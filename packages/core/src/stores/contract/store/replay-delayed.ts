import type { StoredDelivery } from '../../stored-delivery.ts';
import { check, equal, matches, sleep, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { createDelivery } from '../support/deliveries.ts';
import { createRecorder, type Fixture, failed, processed } from '../support/fixture.ts';
import { type ContractStore, openQueue, record, recordOf } from './store-under-test.ts';

const hour = 3_600_000;

const inAnHour = () => failed({ succeeded: ['slack'], nextAttempt: new Date(Date.now() + hour) });

/** Open a store whose deliveries have failed one attempt, and whose next attempt is in an hour. No worker is running. */
async function openDelayed(fixture: Fixture<ContractStore>, deliveries: readonly StoredDelivery[]) {
  const { store, queue } = await openQueue(fixture, { maxAttempts: 3, maxDelay: hour, concurrency: 1 });
  const { works, process } = createRecorder(inAnHour);
  const workers = fixture.start(queue, process);
  for (const delivery of deliveries) await queue.enqueue(delivery);
  await until(() => works.length === deliveries.length, 'the first attempts');
  await until(async () => (await store.health()).delayed === deliveries.length, 'the delayed deliveries');
  await workers.close();
  return { store, queue };
}

/** The replay of deliveries that are queued and wait for a later attempt. */
export const replayDelayedCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'replay() makes the next attempt of a delayed delivery due now, once, and keeps its attempts and handlers',
    uses: ['replay', 'get', 'health'],
    async run(fixture) {
      const [delivery, other] = [createDelivery(), createDelivery()];
      const { store, queue } = await openDelayed(fixture, [delivery, other]);
      const { key, attempts, failures, error, handlers } = await recordOf(store, delivery);
      equal(await store.replay(key), 1, 'the number of replayed deliveries');
      equal(await store.replay(key), 0, 'the number for a delivery that is due');
      equal(await store.replay(key, { handlers: 'all' }), 0, 'the number with all handlers');
      const made = await recordOf(store, delivery);
      const kept = { attempts, failures, error, handlers };
      matches(made, { ...kept, state: 'queued', attempts: 1 }, 'the delivery');
      check((made.nextAttempt?.getTime() ?? 0) <= Date.now(), 'its next attempt to be due');
      matches(await store.health(), { waiting: 1, delayed: 1 }, 'the health');
      const { works, process } = createRecorder();
      fixture.start(queue, process);
      await until(async () => (await recordOf(store, delivery)).state === 'processed', 'it to be processed');
      matches(works[0], { id: delivery.id, attempt: 2, succeeded: ['slack'] }, 'the attempt');
      matches(await recordOf(store, delivery), { attempts: 2, failures: 1 }, 'the processed delivery');
      equal(works.length, 1, 'the number of attempts');
    },
  },
  {
    name: 'replay({ state: "queued" }) makes delayed deliveries due, and they run in the order of arrival',
    uses: ['replay', 'get', 'health'],
    async run(fixture) {
      const deliveries = Array.from({ length: 12 }, (_, n) => createDelivery({ target: n < 10 ? 'a' : 'b' }));
      const { store, queue } = await openDelayed(fixture, deliveries);
      const due = createDelivery({ target: 'a' });
      await queue.enqueue(due);
      await sleep(5);
      equal(await store.replay({ state: 'dead' }), 0, 'the number of dead letters');
      equal(await store.replay({ state: 'queued', target: 'a' }), 10, 'the number of replayed deliveries');
      equal(await store.replay({ state: 'queued', target: 'a' }), 0, 'the number of a second replay');
      const { works, process } = createRecorder();
      fixture.start(queue, process);
      await until(() => works.length >= 11, 'the attempts');
      const wanted = [due, ...deliveries.slice(0, 10)].map(({ id }) => id);
      equal(
        works.map(({ id }) => id),
        wanted,
        'the order',
      );
      matches(await store.health(), { delayed: 2 }, 'the health');
    },
  },
  {
    name: 'replay({}) makes delayed deliveries due, and puts settled ones back into the queue',
    uses: ['replay', 'get', 'health'],
    async run(fixture) {
      const delivery = createDelivery();
      const { store } = await openDelayed(fixture, [delivery]);
      const [entry] = await record(store, { state: 'failed' });
      equal(await store.replay({}), 2, 'the number of replayed deliveries');
      equal(await store.replay({}), 0, 'the number of a second replay');
      matches(await recordOf(store, delivery), { state: 'queued', attempts: 1 }, 'the delayed delivery');
      if (entry)
        matches(await recordOf(store, entry), { state: 'queued', attempts: 0 }, 'the failed delivery');
    },
  },
  {
    name: "replay() with handlers: 'all' runs all handlers of a delayed delivery in its next attempt",
    uses: ['replay', 'get', 'health'],
    async run(fixture) {
      const [one, two] = [createDelivery(), createDelivery()];
      const { store, queue } = await openDelayed(fixture, [one, two]);
      const { key } = await recordOf(store, one);
      equal(await store.replay(key, { handlers: 'all' }), 1, 'the number of replayed deliveries');
      const { attempts, handlers } = await recordOf(store, one);
      const results = handlers.map(({ name, succeeded, error }) => ({ name, succeeded, error }));
      const slack = { name: 'slack', succeeded: false, error: undefined };
      equal([attempts, results[0]], [1, slack], 'the attempts and the first handler');
      equal(await store.replay({ state: 'queued' }, { handlers: 'failed' }), 1, 'the number of the others');
      const { works, process } = createRecorder();
      fixture.start(queue, process);
      await until(() => works.length === 2, 'the attempts');
      const found = [one, two].map(({ id }) => works.find((work) => work.id === id));
      matches(found[0], { attempt: 2, succeeded: [] }, 'the attempt of all handlers');
      matches(found[1], { attempt: 2, succeeded: ['slack'] }, 'the other attempt');
    },
  },
  {
    name: 'a replayed delivery that fails again waits again, and is a dead letter after its last attempt',
    uses: ['replay', 'get', 'health'],
    async run(fixture) {
      const delivery = createDelivery();
      const { store, queue } = await openDelayed(fixture, [delivery]);
      const { key } = await recordOf(store, delivery);
      // As a forwarder whose circuit is open.
      const recorder = createRecorder((_, { retryAt }) =>
        failed({ retryAfter: 600, nextAttempt: retryAt?.(600), error: 'the circuit is open' }),
      );
      fixture.start(queue, recorder.process, recorder);
      equal(await store.replay(key), 1, 'the number of replayed deliveries');
      await until(async () => (await recordOf(store, delivery)).failures === 2, 'the second failure');
      await until(async () => (await recordOf(store, delivery)).state === 'queued', 'the next wait');
      const again = await recordOf(store, delivery);
      matches(again, { attempts: 2, error: 'the circuit is open' }, 'the delivery');
      check((again.nextAttempt?.getTime() ?? 0) > Date.now() + 60_000, 'its next attempt to be later');
      equal(await store.replay({ state: 'queued' }), 1, 'the number of the second replay');
      await until(async () => (await recordOf(store, delivery)).state === 'dead', 'it to be dead');
      equal(recorder.letters.length, 1, 'the number of dead letters');
      equal(await store.replay(key), 1, 'the number of replayed dead letters');
    },
  },
  {
    name: 'replay() runs no delivery twice, while the workers of two processes claim delayed deliveries',
    needs: ['shared'],
    uses: ['replay', 'get', 'health'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { concurrency: 4, maxDelay: hour });
      const second = await openQueue(fixture, { concurrency: 4, maxDelay: hour });
      const deliveries = Array.from({ length: 20 }, (_, n) =>
        createDelivery({ target: n % 2 === 0 ? 'late' : 'soon' }),
      );
      const attempts: string[] = [];
      const { process } = createRecorder(async ({ id, attempt, target }) => {
        attempts.push(`${id} ${attempt}`);
        await sleep(attempt);
        // The next attempts are due during the replays, or long after them.
        const wait = target === 'late' ? hour : 2 * attempts.length;
        return attempt === 1 ? failed({ nextAttempt: new Date(Date.now() + wait) }) : processed();
      });
      for (const workers of [queue, second.queue]) fixture.start(workers, process);
      for (const delivery of deliveries) await queue.enqueue(delivery);
      const keys: string[] = [];
      for (const delivery of deliveries) keys.push((await recordOf(store, delivery)).key);
      let replayed = 0;
      await until(async () => {
        const calls = [store, second.store].flatMap((one) => [
          one.replay({ state: 'queued' }),
          ...keys.map((key) => one.replay(key, { handlers: 'failed' })),
        ]);
        for (const count of await Promise.all(calls)) replayed += count;
        return attempts.length >= 40;
      }, 'all attempts');
      await sleep(60);
      equal([attempts.length, new Set(attempts).size], [40, 40], 'the numbers of attempts');
      check(replayed >= 10 && replayed <= 20, `each late delivery to be counted once (got ${replayed})`);
    },
  },
];
