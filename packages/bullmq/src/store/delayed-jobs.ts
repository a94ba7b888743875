import { type DeliveryFilter, matchesFilter, type ReplayOptions } from '@spiderfoot-webhooks/core/stores';
import type { Queue } from 'bullmq';
import { promoteDelayed } from '../queue/producer.ts';
import type { LinkCommands } from '../redis/link.ts';
import { clearSuccesses } from './clear-successes.ts';
import { readJob } from './job-records.ts';

/** A job of BullMQ's set of delayed jobs. */
export interface DelayedJob {
  readonly queue: Queue;
  readonly key: string;
}

/** The score of a delayed job is its time in milliseconds and a number of 12 bits, which sorts the jobs of one millisecond. */
const scorePerMillisecond = 0x1000;

const firstScoreAfter = (now: number) => (now + 1) * scorePerMillisecond;

/**
 * Return the jobs whose next attempt is later, the earliest first. They are read at once: a job that fails again during a
 * replay is delayed again, and must not be replayed twice.
 */
export async function delayedJobs(
  { client, run }: LinkCommands,
  queues: readonly Queue[],
): Promise<readonly DelayedJob[]> {
  const all = queues.map(async (queue) => {
    const first = firstScoreAfter(Date.now());
    const keys = await run(() => client.zrangebyscore(queue.toKey('delayed'), first, '+inf'));
    return keys.map((key) => ({ queue, key }));
  });
  return (await Promise.all(all)).flat();
}

/** Return whether a delayed job matches a filter. */
export async function matchesDelayed(
  link: LinkCommands,
  { queue, key }: DelayedJob,
  filter: DeliveryFilter,
): Promise<boolean> {
  const record = await readJob(link, queue, key);
  return record !== undefined && matchesFilter(filter, record);
}

/**
 * Make the next attempt of a job due now.
 * @returns whether the job was delayed, and not due
 */
export async function retryDelayed(
  link: LinkCommands,
  { queue, key }: DelayedJob,
  { handlers }: ReplayOptions,
): Promise<boolean> {
  const score = await link.run(() => link.client.zscore(queue.toKey('delayed'), key));
  if (score === null || Number(score) < firstScoreAfter(Date.now())) return false;
  if (handlers === 'all') await clearSuccesses(link, queue, 'delayed', key);
  return link.run(() => promoteDelayed(queue, key));
}
