import type { Queue } from 'bullmq';
import { parse, withoutSuccesses } from '../jobs/job-state.ts';
import type { LinkCommands } from '../redis/link.ts';

/** Another process may have replayed the job since its state was read, so its later results must not be overwritten. */
const replaceState = `
  if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
  if redis.call('HGET', KEYS[2], 'progress') ~= ARGV[2] then return 0 end
  redis.call('HSET', KEYS[2], 'progress', ARGV[3])
  return 1`;

/**
 * Clear the successes in the handler records of a dead letter or of a delayed delivery, so that its next attempt runs all
 * handlers. If the process ends before the delivery is queued, its next replay or its next attempt runs all handlers.
 */
export async function clearSuccesses(
  link: LinkCommands,
  queue: Queue,
  name: 'failed' | 'delayed',
  key: string,
): Promise<void> {
  const [set, job] = [queue.toKey(name), queue.toKey(key)];
  const [state = null] = await link.run(() => link.client.hmget(job, 'progress'));
  const cleared = withoutSuccesses(parse(state ?? undefined));
  if (state === null || cleared === undefined) return;
  await link.run(() => link.client.eval(replaceState, 2, set, job, key, state, JSON.stringify(cleared)));
}
