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
import type { LinkCommands } from '../redis/link.ts';
import { countDead } from './dead-counts.ts';

/** The parts of the queue that {@link countJobs} uses. */
export interface CountContext {
  readonly link: LinkCommands;
  /** Return the queues of a filter's endpoints. */
  queuesOf(filter: DeliveryFilter): Promise<readonly Queue[]>;
  endpointOf(queue: Queue): string;
}

/** Count deliveries by state and endpoint. */
export async function countJobs(
  { link, queuesOf, endpointOf }: CountContext,
  options: CountOptions | undefined,
): Promise<readonly Count[]> {
  const { by, top, filter } = readCountOptions(options);
  const isUncounted = by.some((key) => key !== 'state' && key !== 'endpoint');
  const filtered = filter.eventType ?? filter.since ?? filter.until ?? filter.scanId ?? filter.target;
  if (isUncounted || filtered !== undefined) {
    throw new MissingCapabilityError(
      'counts',
      'Redis counts only by state and endpoint. To count by other fields, use SQLite or PostgreSQL.',
    );
  }
  const wanted = filter.state === undefined ? undefined : [filter.state].flat();
  const totals = createCountTotals(by, top);
  for (const queue of await queuesOf(filter)) {
    for (const [state, count] of await countStates(link, queue)) {
      if (count === 0 || wanted?.includes(state) === false) continue;
      const fields = {
        ...(by.includes('state') && { state }),
        ...(by.includes('endpoint') && { endpoint: endpointOf(queue) }),
      };
      totals.add([{ count, ...fields }]);
    }
  }
  return totals.sorted();
}

async function countStates(
  link: LinkCommands,
  queue: Queue,
): Promise<readonly (readonly [StoredState, number])[]> {
  const [waiting = 0, delayed = 0, running = 0, processed = 0] = await link.run(() =>
    queue.backend.getCounts([...(['waiting', 'delayed', 'active', 'completed'] as const)]),
  );
  const { dead, rejected } = await countDead(link, queue);
  return [
    ['queued', waiting + delayed],
    ['running', running],
    ['dead', dead],
    ['rejected', rejected],
    ['processed', processed],
  ];
}
