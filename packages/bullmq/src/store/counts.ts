import {
  type Count,
  type CountOptions,
  createCountTotals,
  type DeliveryFilter,
  MissingCapabilityError,
  readCountOptions,
  type StoredState,
} from '@spiderfoot-webhooks/core/stores';
import type { Queue } from 'bullmq';

/** The states that Redis counts without reading deliveries, with the sets of BullMQ that hold them. */
const counted = {
  queued: ['waiting', 'delayed'],
  running: ['active'],
  dead: ['failed'],
  processed: ['completed'],
} as const;

type CountedState = keyof typeof counted;

const states = Object.keys(counted) as readonly CountedState[];

/**
 * Count deliveries by state and endpoint.
 * @param queuesOf returns the queues of a filter's endpoints
 */
export async function countJobs(
  options: CountOptions | undefined,
  queuesOf: (filter: DeliveryFilter) => Promise<readonly Queue[]>,
  endpointOf: (queue: Queue) => string,
): Promise<readonly Count[]> {
  const { by, filter } = readCountOptions(options);
  const wanted = statesOf(filter.state);
  const isUncounted = by.includes('eventType') || by.includes('time');
  const filtered = filter.eventType ?? filter.since ?? filter.until;
  if (isUncounted || filtered !== undefined) {
    throw new MissingCapabilityError(
      'counts',
      'Redis counts only by state and endpoint. To count by event type or time, use SQLite or PostgreSQL.',
    );
  }
  const totals = createCountTotals(by);
  for (const queue of await queuesOf(filter)) {
    for (const state of wanted) {
      const numbers = await queue.backend.getCounts([...counted[state]]);
      const count = numbers.reduce((sum, number) => sum + number, 0);
      const fields = {
        ...(by.includes('state') && { state }),
        ...(by.includes('endpoint') && { endpoint: endpointOf(queue) }),
      };
      if (count > 0) totals.add([{ count, ...fields }]);
    }
  }
  return totals.sorted();
}

function statesOf(state: DeliveryFilter['state']): readonly CountedState[] {
  if (state === undefined) return states;
  const wanted: readonly StoredState[] = typeof state === 'string' ? [state] : state;
  if (wanted.includes('rejected')) {
    throw new MissingCapabilityError('counts', 'Redis counts rejected deliveries as dead ones.');
  }
  return states.filter((counts) => wanted.includes(counts));
}
