import type { DeliveryQueue } from '../../delivery-queue.ts';
import { check, equal, fails, matches, sleep, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { createDelivery } from '../support/deliveries.ts';
import { createRecorder, failed, processed } from '../support/fixture.ts';

/** Accepting deliveries, their attempts and their retries. */
export const attemptCases: readonly CaseDefinition<DeliveryQueue>[] = [
  {
    name: 'enqueue() returns duplicate while a delivery is queued, while it runs, and after it is processed',
    async run({ open, start, gate }) {
      const queue = await open();
      const { pass, release, waiting } = gate();
      const delivery = createDelivery();
      equal(await queue.enqueue(delivery), 'accepted', 'the first enqueue()');
      equal(await queue.enqueue(delivery), 'duplicate', 'enqueue() of a queued delivery');
      const recorder = createRecorder(async () => {
        await pass();
        return processed();
      });
      start(queue, recorder.process);
      await until(() => waiting() === 1, 'the attempt to begin');
      equal(await queue.enqueue(delivery), 'duplicate', 'enqueue() of a running delivery');
      release();
      const next = createDelivery();
      await queue.enqueue(next);
      await until(() => waiting() === 1, 'the next delivery to begin');
      release();
      equal(await queue.enqueue(delivery), 'duplicate', 'enqueue() of a processed delivery');
      equal(recorder.works.length, 2, 'the number of attempts');
    },
  },
  {
    name: 'if enqueue() is called twice at once with a new delivery, one call is accepted, and it runs once',
    async run({ open, start }) {
      const queue = await open();
      const { works, process } = createRecorder();
      start(queue, process);
      for (let round = 1; round <= 10; round++) {
        const delivery = createDelivery();
        const statuses = await Promise.all([queue.enqueue(delivery), queue.enqueue(delivery)]);
        equal(statuses.toSorted(), ['accepted', 'duplicate'], 'the statuses');
        await until(() => works.length >= round, 'the attempt');
      }
      equal(works.length, 10, 'the number of attempts');
    },
  },
  {
    name: 'workers get a delivery as it was enqueued, with attempt 1',
    async run({ open, start }) {
      const queue = await open();
      const { works, process } = createRecorder();
      const usual = createDelivery({
        scanId: 's',
        target: "o'hara",
        dialect: 'shipped',
        traceContext: '00-t',
      });
      const odd = createDelivery({
        body: Uint8Array.of(0xff, 0, 0x27),
        ip: undefined,
        dialect: undefined,
        eventType: undefined,
      });
      start(queue, process);
      await queue.enqueue(usual);
      await queue.enqueue(odd);
      await until(() => works.length === 2, 'both attempts');
      for (const delivery of [usual, odd]) {
        const { body, eventType = 'unknown', ...fields } = delivery;
        const work = works.find(({ id }) => id === delivery.id);
        matches(work, { ...fields, attempt: 1, succeeded: [] }, 'the attempt');
        equal([...(work?.body ?? [])], [...body], 'the body');
        equal(work?.eventType ?? 'unknown', eventType, 'the event type');
      }
    },
  },
  {
    name: 'a failed delivery is attempted again with the handlers that have succeeded, until it is processed',
    async run({ open, start }) {
      const queue = await open();
      const { works, letters, process, onDeadLetter } = createRecorder(({ attempt, succeeded }) =>
        attempt < 4 ? failed({ succeeded: [...succeeded, `handler ${attempt}`] }) : processed(succeeded),
      );
      start(queue, process, { onDeadLetter });
      await queue.enqueue(createDelivery());
      await until(() => works.length === 4, 'the fourth attempt');
      equal(
        works.map(({ attempt, succeeded }) => ({ attempt, succeeded })),
        [
          { attempt: 1, succeeded: [] },
          { attempt: 2, succeeded: ['handler 1'] },
          { attempt: 3, succeeded: ['handler 1', 'handler 2'] },
          { attempt: 4, succeeded: ['handler 1', 'handler 2', 'handler 3'] },
        ],
        'the attempts',
      );
      await sleep(50);
      equal([works.length, letters.length], [4, 0], 'the numbers of attempts and dead letters');
    },
  },
  {
    name: 'retryAt() gives a time within the backoff, which doubles up to maxDelay, and undefined at the last attempt',
    async run({ open, start }) {
      const maxAttempts = 5;
      const queue = await open({ baseDelay: 4, maxDelay: 10, maxAttempts });
      const waits: { attempt: number; wait: number | undefined; limit: number }[] = [];
      const { letters, process, onDeadLetter } = createRecorder(({ attempt }, { retryAt }) => {
        const before = Date.now();
        const next = retryAt?.(undefined);
        const passed = Date.now() - before;
        const limit = Math.min(10, 4 * 2 ** (attempt - 1)) + passed;
        waits.push({ attempt, wait: next && next.getTime() - before, limit });
        return failed({ nextAttempt: next });
      });
      start(queue, process, { onDeadLetter });
      for (let n = 0; n < 10; n++) await queue.enqueue(createDelivery());
      await until(() => letters.length === 10, 'ten dead letters');
      for (const { attempt, wait, limit } of waits) {
        if (attempt === maxAttempts) equal(wait, undefined, 'the wait after the last attempt');
        else
          check(wait !== undefined && wait >= 0 && wait <= limit, `a wait up to ${limit} ms (got ${wait})`);
      }
    },
  },
  {
    name: 'retryAt() gives at least the wait that a handler asks for, up to a day, even if it exceeds maxDelay',
    async run({ open, start }) {
      const queue = await open({ maxDelay: 100 });
      const waits: [number, number][] = [];
      const asked = [2, 7200, 1e12];
      const { process, works } = createRecorder((_, { retryAt }) => {
        for (const seconds of asked) {
          const before = Date.now();
          waits.push([seconds, (retryAt?.(seconds)?.getTime() ?? 0) - before]);
        }
        return processed();
      });
      start(queue, process);
      await queue.enqueue(createDelivery());
      await until(() => works.length === 1 && waits.length === asked.length, 'the attempt');
      for (const [seconds, wait] of waits) {
        const least = Math.min(seconds, 86_400) * 1000;
        check(wait >= least && wait < least + 60_000, `a wait of ${least} ms (got ${wait})`);
      }
    },
  },
  ...['with retryAt()', 'without retryAt()'].map(
    (variant): CaseDefinition<DeliveryQueue> => ({
      name: `a retry waits at least as long as a handler asks for, ${variant}`,
      async run({ open, start }) {
        const queue = await open({ maxDelay: 2 });
        const times: number[] = [];
        const { process } = createRecorder((_, { retryAt }) => {
          times.push(performance.now());
          if (times.length > 1) return processed();
          const nextAttempt = variant === 'with retryAt()' ? retryAt?.(0.3) : undefined;
          return failed({ retryAfter: 0.3, nextAttempt });
        });
        start(queue, process);
        await queue.enqueue(createDelivery());
        await until(() => times.length === 2, 'the second attempt');
        const waited = (times[1] ?? 0) - (times[0] ?? 0);
        // The wall clock may differ from the monotonic clock by a few milliseconds.
        check(waited >= 290, `a wait of 300 ms (got ${waited})`);
      },
    }),
  ),
  {
    name: 'a retry waits until the nextAttempt of the result',
    async run({ open, start, close }) {
      const queue = await open({ maxDelay: 3_600_000 });
      const delivery = createDelivery();
      const { works, process } = createRecorder(({ id }) =>
        id === delivery.id ? failed({ nextAttempt: new Date(Date.now() + 3_600_000) }) : processed(),
      );
      start(queue, process);
      await queue.enqueue(delivery);
      for (let n = 1; n <= 3; n++) {
        await queue.enqueue(createDelivery());
        await until(() => works.length > n, 'the next delivery');
        await sleep(25);
      }
      equal(works.filter(({ id }) => id === delivery.id).length, 1, 'the number of attempts');
      await close(queue);
    },
  },
  {
    name: 'settled() resolves after a delivery is processed, and after it is a dead letter',
    async run({ open, start }) {
      const queue = await open({ maxAttempts: 2 });
      if (queue.settled === undefined) return;
      const [good, bad] = [createDelivery(), createDelivery()];
      const { works, letters, process, onDeadLetter } = createRecorder(({ id }) =>
        id === good.id ? processed() : failed(),
      );
      start(queue, process, { onDeadLetter });
      for (const delivery of [good, bad]) {
        await queue.enqueue(delivery);
        await queue.settled(delivery);
      }
      equal([works.length, letters.length], [3, 1], 'the numbers of attempts and dead letters');
      equal(queue.settled(createDelivery()), undefined, 'settled() of an unknown delivery');
    },
  },
  {
    name: 'health() counts waiting, running and delayed deliveries',
    async run({ open, start, gate }) {
      const queue = await open({ maxDelay: 3_600_000 });
      if (queue.health === undefined) return;
      const { pass, waiting } = gate();
      const [first, ...others] = [1, 2, 3].map(() => createDelivery());
      for (const delivery of [first, ...others]) if (delivery) await queue.enqueue(delivery);
      const before = { ready: true, waiting: 3, running: 0, delayed: 0, dead: 0 };
      matches(await queue.health(), { ...before, oldest: first?.receivedAt }, 'the health');
      const { process } = createRecorder(async ({ id }) => {
        if (id === first?.id) return failed({ nextAttempt: new Date(Date.now() + 3_600_000) });
        await pass();
        return processed();
      });
      start(queue, process);
      await until(() => waiting() === 2, 'two attempts');
      await until(async () => (await queue.health?.())?.delayed === 1, 'one delayed delivery');
      const after = { ready: true, waiting: 0, running: 2, delayed: 1, dead: 0 };
      matches(await queue.health(), { ...after, oldest: first?.receivedAt }, 'the health');
    },
  },
  {
    name: 'start() throws a ConfigurationError if the endpoint has workers, until they are closed',
    async run({ open, start }) {
      const queue = await open();
      const { process } = createRecorder();
      const workers = start(queue, process, { endpoint: 'a' });
      start(queue, process, { endpoint: 'b' });
      const expected = { name: 'ConfigurationError', option: 'endpoint' };
      await fails(() => void start(queue, process, { endpoint: 'a' }), expected, 'start()');
      await workers.close();
      start(queue, process, { endpoint: 'a' });
    },
  },
];
