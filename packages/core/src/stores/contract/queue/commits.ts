import type { DeliveryQueue } from '../../delivery-queue.ts';
import type { StoreCommit } from '../../durable/commit-listeners.ts';
import { check, equal } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { createDelivery } from '../support/deliveries.ts';

/** The listeners of commits, for a queue that has them. */
export const commitCases: readonly CaseDefinition<DeliveryQueue>[] = [
  {
    name: '`onCommit` reports deliveries that arrive together as one commit, even if a listener throws',
    async run({ open }) {
      const queue = await open();
      if (queue.onCommit === undefined) return;
      const commits: StoreCommit[] = [];
      queue.onCommit(() => {
        throw new Error('a bug in a listener');
      });
      queue.onCommit((commit) => commits.push(commit));
      const stored = await Promise.all(
        [createDelivery(), createDelivery(), createDelivery()].map((delivery) => queue.enqueue(delivery)),
      );
      equal(stored, ['accepted', 'accepted', 'accepted'], 'the results');
      equal(
        commits.map(({ size }) => size),
        [3],
        'the sizes of the commits',
      );
      check(
        commits.every(({ duration }) => duration > 0),
        'a duration of each commit',
      );
    },
  },
];
