import type { LogEntry } from '../../delivery-log.ts';
import type { DeliveryFilter } from '../../records/delivery-filter.ts';
import { equal, fails, matches, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, bytes, createDelivery, createEntry } from '../support/deliveries.ts';
import { createRecorder, failed, processed } from '../support/fixture.ts';
import { type ContractStore, openQueue, record, recordOf } from './store-under-test.ts';

/** The replays of a store with a queue. */
export const replayCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'a dead letter is recorded with its error, and replay() runs only the handlers that have not succeeded',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { maxAttempts: 2 });
      let isDown = true;
      const recorder = createRecorder(() =>
        isDown ? failed({ succeeded: ['slack'] }) : processed(['slack', 'siem']),
      );
      fixture.start(queue, recorder.process, recorder);
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(async () => (await recordOf(store, delivery)).state === 'dead', 'it to be dead');
      const dead = await recordOf(store, delivery);
      const expected = { attempts: 2, failures: 2, error: 'siem is down', nextAttempt: undefined };
      matches(dead, expected, 'the dead letter');
      isDown = false;
      equal(await store.replay(dead.key), 1, 'the number of replayed deliveries');
      await until(async () => (await recordOf(store, delivery)).state === 'processed', 'it to be processed');
      matches(recorder.works.at(-1), { attempt: 1, succeeded: ['slack'] }, 'the attempt of the replay');
      matches(await recordOf(store, delivery), { attempts: 1, error: undefined }, 'the delivery');
      equal(recorder.letters.length, 1, 'the number of dead letters');
    },
  },
  {
    name: 'replay() queues failed, rejected, ignored and processed deliveries, and reruns all handlers of processed ones',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture);
      const entries = await record(
        store,
        { state: 'failed', succeeded: ['slack'] },
        { state: 'rejected', issues: [{ path: 'data', message: 'missing' }] },
        { state: 'ignored' },
        { state: 'processed' },
      );
      equal(await store.replay({}), 4, 'the number of replayed deliveries');
      for (const entry of entries) {
        const expected = { state: 'queued', attempts: 0, code: undefined, error: undefined, issues: [] };
        matches(await recordOf(store, entry), expected, 'the replayed delivery');
      }
      equal(await store.replay({}), 0, 'the number of deliveries that are replayed again');
      const { works, process } = createRecorder();
      fixture.start(queue, process);
      await until(() => works.length === 4, 'four attempts');
      const succeeded = entries.map(({ id }) => works.find((work) => work.id === id)?.succeeded);
      equal(succeeded, [['slack'], [], [], []], 'the handlers that are not run again');
    },
  },
  {
    name: 'replay() does not change queued and running deliveries, or deliveries that do not match its filter',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { concurrency: 1 });
      const { pass, waiting } = fixture.gate();
      const [running, queued] = [createDelivery(), createDelivery()];
      for (const delivery of [running, queued]) await queue.enqueue(delivery);
      fixture.start(queue, async () => {
        await pass();
        return processed();
      });
      await until(() => waiting() === 1, 'the attempt to begin');
      const [failedOne, other] = await record(store, { state: 'failed' }, { state: 'failed', target: 't' });
      equal(await store.replay({ target: 't' }), 1, 'the number of replayed deliveries');
      for (const delivery of [running, queued, other]) {
        if (delivery === undefined) continue;
        equal(await store.replay((await recordOf(store, delivery)).key), 0, 'replay() of its key');
      }
      matches(await recordOf(store, running), { state: 'running', attempts: 1 }, 'the running delivery');
      if (failedOne) matches(await recordOf(store, failedOne), { state: 'failed' }, 'the other delivery');
      equal(await store.replay('999999'), 0, 'replay() of an unknown key');
    },
  },
  {
    name: 'replay() fails with a ConfigurationError if the only conditions of its filter are undefined',
    uses: ['replay'],
    async run({ open }) {
      const store = await open();
      await record(store, {}, {});
      const expected = { name: 'ConfigurationError', option: 'state' };
      await fails(() => store.replay({ state: undefined }), expected, 'replay()');
      equal(await store.replay({ state: undefined, until: new Date(0) }), 0, 'the number of deliveries');
    },
  },
  {
    name: 'replay() queues only the deliveries that its filter selects, for each filter',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store } = await openQueue(fixture);
      const parts: readonly (readonly [DeliveryFilter, Partial<LogEntry>])[] = [
        [{ eventType: 'finding' }, { eventType: 'finding' }],
        [{ endpoint: 'b' }, { endpoint: 'b' }],
        [{ state: 'ignored' }, { state: 'ignored' }],
        [{ scanId: ['s1', 's2'] }, { scanId: 's1' }],
        [{ target: "o'hara" }, { target: "o'hara" }],
        [{ since: at(1_000_000) }, { receivedAt: at(1_000_000) }],
        [{ until: at(0) }, { receivedAt: at(-1) }],
        ...(store.capabilities.has('text') ? [[{ text: 'needle' }, { body: bytes('needle') }] as const] : []),
      ];
      await record(store, { state: 'failed' });
      for (const [filter, selected] of parts) {
        const [entry] = await record(store, { state: 'failed', ...selected });
        equal(await store.replay(filter), 1, `the number for ${JSON.stringify(filter)}`);
        if (entry) matches(await recordOf(store, entry), { state: 'queued' }, 'the replayed delivery');
      }
    },
  },
  {
    name: 'a replayed delivery and a dead letter are the same after the store is opened again',
    needs: ['durable'],
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { maxAttempts: 1 });
      const { process, letters, onDeadLetter } = createRecorder(() => failed());
      const workers = fixture.start(queue, process, { onDeadLetter });
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(() => letters.length === 1, 'the dead letter');
      await workers.close();
      const [entry] = await record(store, { state: 'failed' });
      if (entry === undefined) return;
      equal(await store.replay((await recordOf(store, entry)).key), 1, 'the number of replayed deliveries');
      const before = [await recordOf(store, delivery), await recordOf(store, entry)];
      await fixture.close(store);
      const reopened = await fixture.open();
      equal([await recordOf(reopened, delivery), await recordOf(reopened, entry)], before, 'both deliveries');
    },
  },
  {
    name: 'replay() replays a received delivery, whose handlers may be running, by its key and not by a filter',
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store } = await openQueue(fixture);
      const entry = createEntry({ state: 'received' });
      await store.record(entry);
      equal(await store.replay({}), 0, 'the number of replayed deliveries');
      equal(await store.replay((await recordOf(store, entry)).key), 1, 'replay() of its key');
      matches(await recordOf(store, entry), { state: 'queued' }, 'the delivery');
    },
  },
];
