import type { DeliveryQueue } from '../../delivery-queue.ts';
import { check, equal, matches, sleep, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { createDelivery } from '../support/deliveries.ts';
import { createRecorder, failed, processed } from '../support/fixture.ts';

/** Closing workers, and starting others on the same store. */
export const closingCases: readonly CaseDefinition<DeliveryQueue>[] = [
  {
    name: 'closing waits for running deliveries, even if it is called twice',
    async run({ open, start, gate }) {
      const queue = await open();
      const { pass, release, waiting } = gate();
      const { process } = createRecorder(async () => {
        await pass();
        return processed();
      });
      const workers = start(queue, process);
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(() => waiting() === 1, 'the attempt to begin');
      let closed = 0;
      const closing = [workers.close(), workers.close()].map(async (promise) => {
        await promise;
        closed++;
      });
      await sleep(50);
      equal(closed, 0, 'the number of closed calls while a delivery runs');
      release();
      await Promise.all(closing);
      equal(await queue.enqueue(delivery), 'duplicate', 'enqueue() of the processed delivery');
    },
  },
  {
    name: 'no attempt begins after workers are closed, and other workers run each remaining delivery once',
    async run({ open, start }) {
      const queue = await open({ concurrency: 2 });
      const seen: string[] = [];
      for (let round = 0; round < 10; round++) {
        const { works, process } = createRecorder(({ id }) => {
          seen.push(id);
          return processed();
        });
        await queue.enqueue(createDelivery());
        const workers = start(queue, process);
        const stored = queue.enqueue(createDelivery());
        if (round % 2 === 1) await sleep(0);
        await workers.close();
        const begun = works.length;
        equal(await stored, 'accepted', 'enqueue() while workers are closing');
        await queue.enqueue(createDelivery());
        await sleep(5);
        equal(works.length, begun, 'the number of attempts after closing');
      }
      const { process } = createRecorder(({ id }) => {
        seen.push(id);
        return processed();
      });
      start(queue, process);
      await until(() => seen.length >= 30, 'thirty attempts');
      await sleep(20);
      equal([seen.length, new Set(seen).size], [30, 30], 'the numbers of attempts and of deliveries');
    },
  },
  {
    name: 'the next workers make a retry for which closing does not wait, as the next attempt',
    async run({ open, start }) {
      const queue = await open({ maxDelay: 1000 });
      const first = createRecorder(() => failed({ succeeded: ['slack'] }));
      const process: typeof first.process = async (work, options) => {
        const result = await first.process(work, options);
        return { ...result, nextAttempt: new Date(Date.now() + 200) };
      };
      const workers = start(queue, process);
      await queue.enqueue(createDelivery());
      await until(() => first.works.length === 1, 'the first attempt');
      await sleep(20);
      await workers.close();
      const second = createRecorder();
      start(queue, second.process);
      await until(() => second.works.length === 1, 'the second attempt');
      matches(second.works[0], { attempt: 2, succeeded: ['slack'] }, 'the second attempt');
      equal(first.works.length, 1, 'the number of attempts of the closed workers');
    },
  },
  {
    name: 'a delivery that runs longer than closeTimeout is released, its signal (if any) is aborted, and its late result is ignored',
    needs: ['durable'],
    async run({ open, start, gate, close }) {
      const options = { closeTimeout: 20, lease: 3_600_000 };
      const queue = await open(options);
      const { pass, release, waiting } = gate();
      let signal: AbortSignal | undefined;
      const { process } = createRecorder(async (_, attempt) => {
        signal = attempt?.signal;
        await pass();
        return processed();
      });
      start(queue, process);
      await queue.enqueue(createDelivery());
      await until(() => waiting() === 1, 'the attempt to begin');
      equal(signal?.aborted ?? false, false, 'signal.aborted before closing');
      await close(queue);
      equal(signal?.aborted ?? true, true, 'signal.aborted after closing');
      const other = await open(options);
      const second = createRecorder(({ attempt }) => (attempt === 2 ? failed() : processed()));
      release();
      await sleep(20);
      start(other, second.process);
      await until(() => second.works.length === 2, 'two further attempts');
      equal(
        second.works.map(({ attempt }) => attempt),
        [2, 3],
        'the attempts',
      );
    },
  },
  {
    name: 'a released attempt does not count as a failure',
    needs: ['durable'],
    async run({ open, start, gate, close }) {
      const options = { closeTimeout: 1, maxAttempts: 2 };
      for (let round = 0; round < 3; round++) {
        const queue = await open(options);
        const { pass, waiting } = gate();
        const { process, letters, onDeadLetter } = createRecorder(async () => {
          await pass();
          return processed();
        });
        start(queue, process, { onDeadLetter });
        if (round === 0) await queue.enqueue(createDelivery());
        await until(() => waiting() === 1, `the attempt of round ${round}`);
        await close(queue);
        check(letters.length === 0, 'no dead letter');
      }
    },
  },
];
