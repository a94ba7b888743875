import type { DeliveryQueue } from '../../delivery-queue.ts';
import { check, equal, matches, sleep, until } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { createDelivery } from '../support/deliveries.ts';
import { createRecorder, failed, processed } from '../support/fixture.ts';

/** Deliveries that are not attempted again. */
export const deadLetterCases: readonly CaseDefinition<DeliveryQueue>[] = [
  {
    name: 'after maxAttempts failures, a delivery is reported once as a dead letter and not attempted again',
    async run({ open, start }) {
      const queue = await open({ maxAttempts: 3 });
      const cause = new Error('siem is down');
      const { works, letters, process, onDeadLetter } = createRecorder(() =>
        failed({ succeeded: ['slack'], cause }),
      );
      start(queue, process, { onDeadLetter });
      const { body: _, dialect: _2, ...delivery } = createDelivery({ scanId: 's', target: 'example.com' });
      await queue.enqueue({ ...createDelivery(), ...delivery });
      await until(() => letters.length === 1, 'the dead letter');
      const handlers = [
        { name: 'slack', succeeded: true, error: undefined },
        { name: 'siem', succeeded: false, error: 'siem is down' },
      ];
      matches(letters[0], { ...delivery, attempts: 3, reason: 'failed', handlers }, 'the dead letter');
      check(letters[0]?.error === cause, 'the dead letter to have the error of the last attempt');
      await sleep(50);
      equal([works.length, letters.length], [3, 1], 'the numbers of attempts and dead letters');
    },
  },
  {
    name: 'a delivery that succeeds at its last attempt is not a dead letter',
    async run({ open, start }) {
      const queue = await open({ maxAttempts: 2 });
      const { works, letters, process, onDeadLetter } = createRecorder(({ attempt }) =>
        attempt === 1 ? failed() : processed(),
      );
      start(queue, process, { onDeadLetter });
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(() => works.length === 2, 'the second attempt');
      await sleep(30);
      equal(letters, [], 'the dead letters');
      equal(await queue.enqueue(delivery), 'duplicate', 'enqueue() of the processed delivery');
    },
  },
  {
    name: 'a rejected delivery is reported as a dead letter with its code and issues, and not attempted again',
    async run({ open, start }) {
      const queue = await open();
      const issues = [{ path: 'timestamp', message: 'missing' }];
      const { works, letters, process, onDeadLetter } = createRecorder(() => ({
        ...{ status: 'rejected', succeeded: [], failures: [], code: 'invalid_event', issues },
      }));
      start(queue, process, { onDeadLetter });
      const delivery = createDelivery();
      await queue.enqueue(delivery);
      await until(() => letters.length === 1, 'the dead letter');
      const expected = { id: delivery.id, attempts: 1, reason: 'rejected', code: 'invalid_event', issues };
      matches(letters[0], { ...expected, handlers: [] }, 'the dead letter');
      await sleep(30);
      equal(works.length, 1, 'the number of attempts');
      equal(await queue.enqueue(delivery), 'accepted', 'enqueue() of the rejected delivery');
    },
  },
  {
    name: 'a dead letter that is enqueued again is attempted again, from attempt 1, and reported again',
    async run({ open, start }) {
      const queue = await open({ maxAttempts: 2 });
      const { works, letters, process, onDeadLetter } = createRecorder(() => failed());
      start(queue, process, { onDeadLetter });
      const delivery = createDelivery();
      for (const count of [1, 2]) {
        equal(await queue.enqueue(delivery), 'accepted', 'enqueue()');
        await until(() => letters.length === count, `dead letter ${count}`);
      }
      equal(
        works.map(({ attempt }) => attempt),
        [1, 2, 1, 2],
        'the attempts',
      );
    },
  },
  {
    name: 'start() works without a listener for dead letters',
    async run({ open, start }) {
      const queue = await open({ maxAttempts: 1, concurrency: 1 });
      const { works, process } = createRecorder(() => failed());
      start(queue, process);
      for (let n = 0; n < 3; n++) await queue.enqueue(createDelivery());
      await until(() => works.length === 3, 'three attempts');
    },
  },
];
