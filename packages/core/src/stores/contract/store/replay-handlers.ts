import { equal, fails, matches, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, createDelivery } from '../support/deliveries.ts';
import { createRecorder, failed, processed } from '../support/fixture.ts';
import { type ContractStore, openQueue, record, recordOf } from './store-under-test.ts';

/** The choice of the handlers of a replay. */
export const replayHandlersCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: "replay() with handlers: 'all' runs all handlers of a dead letter again, and keeps their runs",
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { maxAttempts: 1 });
      let isDown = true;
      const run = { handler: 'slack', startedAt: at(0), duration: 5 };
      const recorder = createRecorder(() =>
        isDown ? failed({ succeeded: ['slack'], runs: [run] }) : processed(['slack', 'siem']),
      );
      const workers = fixture.start(queue, recorder.process, recorder);
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(async () => (await recordOf(store, delivery)).state === 'dead', 'it to be dead');
      await workers.close();
      equal(
        await store.replay((await recordOf(store, delivery)).key, { handlers: 'all' }),
        1,
        'the number of replayed deliveries',
      );
      const { state, handlers } = await recordOf(store, delivery);
      const slack = { name: 'slack', attempts: 1, runs: [{ startedAt: at(0), duration: 5 }] };
      equal(state, 'queued', 'the state');
      equal(
        handlers.find(({ name }) => name === 'slack'),
        { ...slack, succeeded: false },
        'the handler',
      );
      equal(
        handlers.find(({ name }) => name === 'siem')?.error,
        'siem is down',
        'the error of the other one',
      );
      isDown = false;
      fixture.start(queue, recorder.process, recorder);
      await until(async () => (await recordOf(store, delivery)).state === 'processed', 'it to be processed');
      matches(recorder.works.at(-1), { attempt: 1, succeeded: [] }, 'the attempt of the replay');
      const after = (await recordOf(store, delivery)).handlers.find(({ name }) => name === 'slack');
      equal(after, { ...slack, succeeded: true, attempts: 2 }, 'the handler after the replay');
    },
  },
  {
    name: "replay() with handlers: 'failed' does not replay processed deliveries, by their key or by a filter",
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store, queue } = await openQueue(fixture, { maxAttempts: 1 });
      const { process } = createRecorder(({ target }) =>
        target === 'fails' ? failed({ succeeded: ['slack'] }) : processed(['slack']),
      );
      const workers = fixture.start(queue, process);
      const [dead, done] = [createDelivery({ target: 'fails' }), createDelivery()];
      for (const delivery of [dead, done]) await queue.enqueue(delivery);
      for (const [delivery, state] of [[dead, 'dead'] as const, [done, 'processed'] as const]) {
        await until(async () => (await recordOf(store, delivery)).state === state, `it to be ${state}`);
      }
      await workers.close();
      const { key } = await recordOf(store, done);
      equal(await store.replay(key, { handlers: 'failed' }), 0, 'replay() of the key');
      equal(await store.replay({}, { handlers: 'failed' }), 1, 'the number of replayed deliveries');
      matches(await recordOf(store, done), { state: 'processed' }, 'the processed delivery');
      const { state, handlers } = await recordOf(store, dead);
      equal(state, 'queued', 'the state of the dead letter');
      const slack = handlers.find(({ name }) => name === 'slack');
      equal(slack?.succeeded, true, 'whether the handler of the dead letter has succeeded');
    },
  },
  {
    name: "replay() with handlers: 'all' selects all handlers of each delivery of a filter",
    uses: ['replay', 'get'],
    async run(fixture) {
      const { store } = await openQueue(fixture);
      const entries = await record(
        store,
        {
          state: 'failed',
          succeeded: ['slack'],
          failures: [{ handler: 'siem', error: '\u0000 "succeeded":true' }],
        },
        { state: 'rejected' },
        { state: 'ignored' },
        { state: 'processed', succeeded: ['slack'] },
      );
      equal(await store.replay({}, { handlers: 'all' }), 4, 'the number of replayed deliveries');
      const handlers: unknown[] = [];
      for (const entry of entries) handlers.push((await recordOf(store, entry)).handlers);
      const slack = { name: 'slack', succeeded: false, attempts: 1 };
      const siem = { name: 'siem', succeeded: false, error: '\u0000 "succeeded":true', attempts: 1 };
      equal(handlers, [[slack, siem], [], [], []], 'the handlers');
    },
  },
  {
    name: 'replay() fails with a ConfigurationError for an unknown option or an unknown value of handlers',
    uses: ['replay'],
    async run({ open }) {
      const store = await open();
      const invalid: object = { handlers: 'some' };
      const unknown: object = { handler: 'all' };
      for (const [options, option] of [[invalid, 'handlers'] as const, [unknown, 'handler'] as const]) {
        for (const which of ['1', {}]) {
          await fails(() => store.replay(which, options), { name: 'ConfigurationError', option }, 'replay()');
        }
      }
    },
  },
];
