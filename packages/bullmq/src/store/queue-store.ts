import {
  checkReplayFilter,
  cursorAfter,
  type DeliveryFilter,
  type DeliveryPage,
  type DeliveryRecord,
  type DeliveryStore,
  type ListOptions,
  MissingCapabilityError,
  matchesFilter,
  type PruneOptions,
  type ReplayOptions,
  readListOptions,
  readPruneOptions,
  readReplayOptions,
  type StoreCapability,
  type StoreHealth,
} from '@spiderfoot-webhooks/core/stores';
import type { Queue } from 'bullmq';
import { isJobId } from '../jobs/names.ts';
import { retryDeadLetter, retryProcessed } from '../queue/producer.ts';
import type { Queues } from '../queue/queues.ts';
import type { LinkCommands } from '../redis/link.ts';
import { clearSuccesses } from './clear-successes.ts';
import { countJobs } from './counts.ts';
import { delayedJobs, matchesDelayed, retryDelayed } from './delayed-jobs.ts';
import { readHealth } from './health.ts';
import { findJob, readSettled } from './job-records.ts';
import { type SettledJob, type SettledSet, settledJobs } from './settled-jobs.ts';

/** The settled deliveries that one call of `list` reads. If fewer of them match, the page is shorter. */
const readPerPage = 1000;

/** The capabilities of the queue. The other methods would read every job. */
const capabilities = [
  'list',
  'get',
  'counts',
  'replay',
  'prune',
  'health',
] as const satisfies StoreCapability[];

/** The parts of the queue that {@link createQueueStore} uses. */
export interface QueueStoreContext {
  readonly link: LinkCommands;
  readonly queues: Queues;
}

export function createQueueStore({ link, queues }: QueueStoreContext): Omit<DeliveryStore, 'close'> {
  async function queuesOf({ endpoint }: DeliveryFilter): Promise<readonly Queue[]> {
    const wanted = endpoint === undefined ? undefined : [endpoint].flat();
    const names = (await link.run(queues.endpoints)).filter((name) => wanted?.includes(name) ?? true);
    return names.map((name) => queues.of(name));
  }

  async function list(options?: ListOptions): Promise<DeliveryPage> {
    const { filter, limit, after, order } = readListOptions(options);
    requireSettled('list', filter);
    const deliveries: DeliveryRecord[] = [];
    let read = 0;
    for await (const job of settledJobs(link, await queuesOf(filter), setsOf(filter), order, after)) {
      const record = await readSettled(link, job);
      if (record !== undefined && matchesFilter(filter, record)) deliveries.push(record);
      if (++read >= readPerPage || deliveries.length === limit) {
        const cursor = cursorAfter({ receivedAt: new Date(job.settledAt), key: job.key });
        return { deliveries, cursor };
      }
    }
    return { deliveries, cursor: undefined };
  }

  async function replay(which: string | DeliveryFilter, replayOptions?: ReplayOptions): Promise<number> {
    const options = readReplayOptions(replayOptions);
    if (typeof which === 'string') return replayKey(which, options);
    checkReplayFilter(which);
    requireNoText(which);
    let replayed = 0;
    const made = new Set<string>();
    for (const job of includesQueued(which) ? await delayedJobs(link, await queuesOf(which)) : []) {
      if (!(await matchesDelayed(link, job, which)) || !(await retryDelayed(link, job, options))) continue;
      made.add(job.key);
      replayed++;
    }
    for await (const job of settledJobs(link, await queuesOf(which), setsOf(which, options), 'newest')) {
      // Its attempt may have been the last one.
      if (made.has(job.key)) continue;
      const record = await readSettled(link, job);
      if (record === undefined || !matchesFilter(which, record)) continue;
      if (await retrySettled(link, job, options)) replayed++;
    }
    return replayed;
  }

  async function replayKey(key: string, options: ReplayOptions): Promise<number> {
    if (!isJobId(key)) return 0;
    for (const queue of await queuesOf({})) {
      if (await retryDelayed(link, { queue, key }, options)) return 1;
      for (const set of setsOf({}, options)) {
        if (await retrySettled(link, { queue, key, set }, options)) return 1;
      }
    }
    return 0;
  }

  async function prune(options: PruneOptions): Promise<number> {
    const { before, keep = 0, states } = readPruneOptions(options);
    const names: readonly string[] = states;
    let [read, pruned] = [0, 0];
    for await (const job of settledJobs(link, await queuesOf({}), ['failed', 'completed'], 'newest')) {
      if (++read <= keep) continue;
      const record = await readSettled(link, job);
      if (record === undefined || !names.includes(record.state)) continue;
      if (before !== undefined && record.receivedAt >= before) continue;
      await link.run(() => job.queue.backend.remove(job.key, false));
      pruned++;
    }
    return pruned;
  }

  return {
    capabilities: new Set<StoreCapability>(capabilities),
    list,
    async get(which, endpoint) {
      return findJob(link, await queuesOf({ endpoint }), which);
    },
    async counts(options) {
      return countJobs({ link, queuesOf, endpointOf: queues.endpointOf }, options);
    },
    replay,
    prune,
    async health(): Promise<StoreHealth> {
      try {
        return await readHealth(link, queues);
      } catch {
        return { ready: false, waiting: 0, running: 0, delayed: 0, dead: 0, oldest: undefined };
      }
    },
    async rejections() {
      throw new MissingCapabilityError('rejections', 'Use onOutcome() to see rejections.');
    },
    async rejection() {
      throw new MissingCapabilityError('rejection', 'Use onOutcome() to see rejections.');
    },
    export() {
      throw new MissingCapabilityError(
        'export',
        'Redis does not keep all deliveries. To keep them, use SQLite or PostgreSQL.',
      );
    },
  };
}

/** @returns whether the job was in the set */
async function retrySettled(
  link: LinkCommands,
  { queue, key, set }: Omit<SettledJob, 'settledAt'>,
  { handlers }: ReplayOptions,
): Promise<boolean> {
  if (set === 'completed') return link.run(() => retryProcessed(queue, key));
  if (handlers === 'all') await clearSuccesses(link, queue, 'failed', key);
  return link.run(() => retryDeadLetter(queue, key));
}

/** Return the sets that hold the deliveries of a filter, and that a replay selects. */
function setsOf({ state }: DeliveryFilter, { handlers }: ReplayOptions = {}): readonly SettledSet[] {
  const states: readonly string[] = state === undefined ? ['dead', 'processed'] : [state].flat();
  const sets: SettledSet[] = [];
  if (states.includes('dead') || states.includes('rejected')) sets.push('failed');
  if (states.includes('processed') && handlers !== 'failed') sets.push('completed');
  return sets;
}

function statesOf({ state }: DeliveryFilter): readonly string[] {
  return state === undefined ? [] : [state].flat();
}

/** Whether a filter names the state. Without a state, a filter selects settled deliveries, in a replay as in a list. */
function includesQueued(filter: DeliveryFilter): boolean {
  return statesOf(filter).includes('queued');
}

/** @throws MissingCapabilityError for a filter that would read every queued delivery */
function requireSettled(capability: StoreCapability, filter: DeliveryFilter): void {
  requireNoText(filter);
  if (!includesQueued(filter) && !statesOf(filter).includes('running')) return;
  throw new MissingCapabilityError(
    capability,
    'Redis lists only settled deliveries: dead, rejected and processed. For the number of queued ones, use health(). To look at them, pass queueOf(endpoint) to Bull Board.',
  );
}

function requireNoText({ text }: DeliveryFilter): void {
  if (text === undefined) return;
  throw new MissingCapabilityError(
    'text',
    'Redis cannot search bodies. To search them, use SQLite or PostgreSQL.',
  );
}
