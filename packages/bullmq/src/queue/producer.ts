import type { CommitListeners, StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import { Job, type Queue } from 'bullmq';
import { QueueError } from '../errors.ts';
import { toJobData } from '../jobs/job-data.ts';
import { encodeName, newJobId } from '../jobs/names.ts';
import type { QueueSettings } from '../options.ts';
import type { Link } from '../redis/link.ts';
import type { MemoryGuard } from '../redis/memory-guard.ts';
import { isLockLost } from './lock-lost.ts';
import type { Queues } from './queues.ts';

type Status = 'accepted' | 'duplicate';

interface Entry {
  readonly delivery: StoredDelivery;
  resolve(status: Status): void;
  reject(error: unknown): void;
}

/** The jobs that are sent to Redis at once. More would delay the replies of the first ones. */
const batchSize = 128;

/**
 * Store deliveries durably. The deliveries of one turn of the event loop are sent together, because each command costs the
 * sender and Redis a system call.
 */
export function createProducer(
  link: Link,
  queues: Queues,
  memory: MemoryGuard,
  settings: Pick<QueueSettings, 'dedupeTtl' | 'replicas' | 'patience'>,
  commits: CommitListeners,
): (delivery: StoredDelivery) => Promise<Status> {
  const { dedupeTtl, replicas, patience } = settings;
  let pending: Entry[] = [];

  function flush(): void {
    const batches = new Map<string, Entry[]>();
    for (const entry of pending) {
      const { endpoint } = entry.delivery;
      const batch = batches.get(endpoint) ?? [];
      batches.set(endpoint, batch);
      batch.push(entry);
    }
    pending = [];
    for (const [endpoint, all] of batches) {
      for (let start = 0; start < all.length; start += batchSize) {
        void store(endpoint, all.slice(start, start + batchSize));
      }
    }
  }

  async function store(endpoint: string, entries: readonly Entry[]): Promise<void> {
    try {
      const began = commits.start();
      const statuses = await link.run(() => add(endpoint, entries));
      commits.end(began, entries.length);
      for (const [index, { resolve }] of entries.entries()) resolve(statuses[index] ?? 'duplicate');
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }

  async function add(endpoint: string, entries: readonly Entry[]): Promise<readonly Status[]> {
    const queue = queues.of(endpoint);
    const jobs = entries.map(({ delivery }) => toJob(delivery, dedupeTtl));
    const [, added] = await Promise.all([queues.register(endpoint), queue.addBulk(jobs)]);
    const statuses = added.map(async ({ id }, index): Promise<Status> => {
      if (id === undefined || id === jobs[index]?.opts.jobId) return 'accepted';
      return (await retryDeadLetter(queue, id)) ? 'accepted' : 'duplicate';
    });
    const result = await Promise.all(statuses);
    if (replicas > 0) await waitForReplicas();
    return result;
  }

  /** A duplicate waits too, because the response to the first request may have been 503. */
  async function waitForReplicas(): Promise<void> {
    const reached = await link.client.wait(replicas, patience);
    if (reached >= replicas) return;
    throw new QueueError(
      `${reached} replicas of Redis have confirmed the delivery within ${patience} ms, and the option replicas is ${replicas}.`,
    );
  }

  return (delivery) =>
    new Promise((resolve, reject) => {
      memory.admit(delivery.body.length);
      if (pending.length === 0) setImmediate(flush);
      pending.push({ delivery, resolve, reject });
    });
}

function toJob(delivery: StoredDelivery, dedupeTtl: number) {
  const { id, eventType, receivedAt } = delivery;
  return {
    // The name is what Bull Board shows.
    name: eventType ?? 'unknown',
    data: toJobData(delivery),
    opts: {
      jobId: newJobId(id),
      timestamp: receivedAt.getTime(),
      deduplication: { id: encodeName(id), ttl: dedupeTtl },
    },
  };
}

/**
 * Attempt a dead letter again, from the first attempt. Its handlers that have succeeded are not run again.
 * @returns whether the job was a dead letter. If two processes try at once, one of them gets `true`
 */
export function retryDeadLetter(queue: Queue, jobId: string): Promise<boolean> {
  return retry(queue, jobId, 'failed');
}

/** Run all handlers of a processed delivery again. @returns whether the job was processed */
export function retryProcessed(queue: Queue, jobId: string): Promise<boolean> {
  return retry(queue, jobId, 'completed');
}

/**
 * Make the next attempt of a delayed delivery due now. Nothing of the job is reset.
 * @returns whether the job was delayed. If a worker has claimed it, or two processes try at once, one of them has the job
 */
export function promoteDelayed(queue: Queue, jobId: string): Promise<boolean> {
  return isMoved(queue.backend.promote(jobId));
}

function retry(queue: Queue, jobId: string, state: 'failed' | 'completed'): Promise<boolean> {
  const job = new Job(queue, '', undefined, {}, jobId);
  return isMoved(job.retry(state, { resetAttemptsMade: true, resetAttemptsStarted: true }));
}

/** @returns `false` if the job was not in the set from which it should be moved */
async function isMoved(move: Promise<unknown>): Promise<boolean> {
  try {
    await move;
    return true;
  } catch (error) {
    if (isLockLost(error)) return false;
    throw error;
  }
}
