import type { Queue } from 'bullmq';
import type { LinkCommands } from '../redis/link.ts';

/** The field of a failed job that holds the kit's state, so that jobs are counted without their records. */
export const settledField = 'settled';

/** The failed jobs that one script reads. More would delay the commands of other clients. */
const chunk = 1000;

/** BullMQ keeps dead and rejected deliveries in one set, so the field of each one is read. */
const countRejected = `
  local rejected = 0
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[3])) do
    if redis.call('HGET', ARGV[1] .. id, '${settledField}') == 'rejected' then rejected = rejected + 1 end
  end
  return rejected`;

/** The numbers of the deliveries that are not attempted again, and were not processed. */
export interface DeadCounts {
  readonly dead: number;
  readonly rejected: number;
}

/** Count the dead and the rejected deliveries of a queue. Reads one field of each. */
export async function countDead({ client, run }: LinkCommands, queue: Queue): Promise<DeadCounts> {
  const set = queue.toKey('failed');
  const all = await run(() => client.zcard(set));
  let rejected = 0;
  for (let start = 0; start < all; start += chunk) {
    const last = Math.min(start + chunk, all) - 1;
    rejected += Number(await run(() => client.eval(countRejected, 1, set, queue.toKey(''), start, last)));
  }
  return { dead: all - rejected, rejected };
}
