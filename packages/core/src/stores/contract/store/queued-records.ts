import { check, equal, matches, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, createDelivery, createEntry } from '../support/deliveries.ts';
import { createRecorder, failed, processed } from '../support/fixture.ts';
import { type ContractStore, openQueue, record, recordOf } from './store-under-test.ts';

/** The records of a store with a queue, and its health. */
export const queuedRecordCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'a queued delivery is recorded as queued, running and processed, with its attempts and handlers',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { maxDelay: 1000 });
      const { pass, release, waiting } = fixture.gate();
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      matches(await recordOf(store, delivery), { state: 'queued', attempts: 0, failures: 0 }, 'the delivery');
      const { process } = createRecorder(async ({ attempt }) => {
        await pass();
        return attempt === 1 ? failed({ succeeded: ['slack'] }) : processed(['slack', 'siem']);
      });
      fixture.start(queue, process);
      await until(() => waiting() === 1, 'the first attempt');
      matches(await recordOf(store, delivery), { state: 'running', attempts: 1 }, 'the delivery');
      release();
      await until(() => waiting() === 1, 'the second attempt');
      release();
      await until(async () => (await recordOf(store, delivery)).state === 'processed', 'it to be processed');
      const handlers = [
        { name: 'slack', succeeded: true, attempts: 1 },
        { name: 'siem', succeeded: true, attempts: 2 },
      ];
      const expected = { attempts: 2, failures: 1, handlers, nextAttempt: undefined, error: undefined };
      matches(await recordOf(store, delivery), expected, 'the delivery');
    },
  },
  {
    name: 'a queued delivery is recorded with the runs of each attempt',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { maxDelay: 5 });
      const runOf = (n: number) => ({ startedAt: at(n), duration: n + 0.25 });
      const { process } = createRecorder(({ attempt }) => {
        const runs = [{ handler: 'siem', ...runOf(attempt) }];
        return { ...(attempt === 1 ? failed() : processed(['siem'])), runs };
      });
      fixture.start(queue, process);
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(async () => (await recordOf(store, delivery)).state === 'processed', 'it to be processed');
      const runs = [{ ...runOf(1), error: 'siem is down' }, runOf(2)];
      const handlers = [{ name: 'siem', succeeded: true, attempts: 2, runs }];
      matches(await recordOf(store, delivery), { handlers }, 'the delivery');
    },
  },
  {
    name: 'a processed delivery has the event type, scan and target of the result',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture);
      const delivery = createDelivery({ eventType: 'older', scanId: undefined });
      await queue.enqueue(delivery);
      const event = { eventType: 'newer', dialect: 'guide', scanId: 'scan', target: 'example.com' } as const;
      fixture.start(queue, createRecorder(() => ({ ...processed(), event })).process);
      await until(async () => (await recordOf(store, delivery)).state === 'processed', 'it to be processed');
      matches(await recordOf(store, delivery), event, 'the delivery');
    },
  },
  {
    name: 'a delivery that waits for a retry is recorded with its error and the time of the next attempt',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { maxDelay: 3_600_000 });
      const nextAttempt = new Date(Date.now() + 3_600_000);
      const { process } = createRecorder(() => failed({ nextAttempt }));
      fixture.start(queue, process);
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(async () => (await recordOf(store, delivery)).failures === 1, 'the first attempt to fail');
      const expected = { state: 'queued', attempts: 1, error: 'siem is down', nextAttempt };
      matches(await recordOf(store, delivery), expected, 'the delivery');
    },
  },
  {
    name: 'a delivery that a later attempt rejects is recorded with its code and issues, and keeps its handlers',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture);
      const issues = [{ path: 'timestamp', message: 'missing' }];
      const rejected = {
        status: 'rejected',
        succeeded: [],
        failures: [],
        code: 'invalid_event',
        issues,
      } as const;
      const { process } = createRecorder(({ attempt }) =>
        attempt === 1 ? failed({ succeeded: ['slack'] }) : rejected,
      );
      fixture.start(queue, process);
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(async () => (await recordOf(store, delivery)).state === 'rejected', 'it to be rejected');
      const handlers = [
        { name: 'slack', succeeded: true, attempts: 1 },
        { name: 'siem', succeeded: false, attempts: 1, error: 'siem is down' },
      ];
      matches(await recordOf(store, delivery), { code: 'invalid_event', issues, handlers }, 'the delivery');
    },
  },
  {
    name: 'record() keeps a queued delivery, and enqueue() continues a failed delivery with its handlers',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture);
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      const known = await store.record(createEntry({ ...delivery, state: 'received' }));
      matches(known, { state: 'queued' }, 'the earlier record');
      const [entry] = await record(store, { state: 'failed', succeeded: ['slack'] });
      if (entry === undefined) return;
      const { handlers } = await recordOf(store, entry);
      equal(await queue.enqueue(entry), 'accepted', 'enqueue() of a failed delivery');
      matches(await recordOf(store, entry), { state: 'queued', handlers }, 'the failed delivery');
      const [done] = await record(store, {});
      check(
        done !== undefined && (await queue.enqueue(done)) === 'duplicate',
        'enqueue() to return duplicate',
      );
    },
  },
  {
    name: 'health() counts waiting, running, delayed and dead deliveries',
    uses: ['replay', 'health'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { maxAttempts: 2, maxDelay: 3_600_000 });
      const { pass, waiting } = fixture.gate();
      const deliveries = ['delayed', 'dead', 'running'].map((target) => createDelivery({ target }));
      for (const delivery of deliveries) await queue.enqueue(delivery);
      const waits = { ready: true, waiting: 3, running: 0, delayed: 0, dead: 0 };
      matches(await store.health(), { ...waits, oldest: deliveries[0]?.receivedAt }, 'the health');
      fixture.start(queue, async ({ target }) => {
        if (target === 'running') await pass();
        const nextAttempt = target === 'delayed' ? new Date(Date.now() + 3_600_000) : undefined;
        return target === 'running' ? processed() : failed({ nextAttempt });
      });
      await until(async () => waiting() === 1 && (await store.health()).dead === 1, 'the dead letter');
      const health = { ready: true, waiting: 0, running: 1, delayed: 1, dead: 1 };
      matches(await store.health(), { ...health, oldest: deliveries[0]?.receivedAt }, 'the health');
    },
  },
];
