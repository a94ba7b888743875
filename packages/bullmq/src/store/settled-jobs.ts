import type { ListPlace } from '@spiderfoot-webhooks/core/stores';
import type { Queue } from 'bullmq';
import type { LinkCommands } from '../redis/link.ts';

/** A delivery that is not attempted again. */
export interface SettledJob {
  readonly queue: Queue;
  readonly set: SettledSet;
  readonly key: string;
  /** When it was settled, in milliseconds since 1970. */
  readonly settledAt: number;
}

/** BullMQ's sets of settled jobs, which are sorted by the time at which they were settled. */
export type SettledSet = 'failed' | 'completed';

/** The number of entries that are read from a set at once. */
const chunk = 100;

/**
 * Read settled jobs, the last settled first.
 * @param after the last job of the previous page. `receivedAt` is the time at which it was settled
 */
export async function* settledJobs(
  link: LinkCommands,
  queues: readonly Queue[],
  sets: readonly SettledSet[],
  after?: ListPlace,
): AsyncGenerator<SettledJob> {
  const sources = queues.flatMap((queue) => sets.map((set) => jobsOf(link, queue, set, after)));
  const heads = await Promise.all(sources.map(async (jobs) => ({ jobs, next: await jobs.next() })));
  for (;;) {
    const [latest] = heads
      .flatMap((head) => (head.next.done === true ? [] : { head, job: head.next.value }))
      .sort((one, other) => compare(one.job, other.job));
    if (latest === undefined) return;
    yield latest.job;
    latest.head.next = await latest.head.jobs.next();
  }
}

/** Sort the last settled job first, and equal times as Redis does. */
function compare(one: SettledJob, other: SettledJob): number {
  return other.settledAt - one.settledAt || (one.key < other.key ? 1 : -1);
}

/** Read one set in pages. Jobs that are deleted or retried meanwhile do not shift the pages. */
async function* jobsOf(
  link: LinkCommands,
  queue: Queue,
  set: SettledSet,
  after?: ListPlace,
): AsyncGenerator<SettledJob> {
  for (let place = after; ; ) {
    const entries = await entriesAfter(link, queue.toKey(set), place);
    for (const [key, settledAt] of entries) yield { queue, set, key, settledAt };
    const [key, receivedAt] = entries.at(-1) ?? [];
    if (key === undefined || receivedAt === undefined) return;
    place = { key, receivedAt };
  }
}

type Entry = readonly [key: string, settledAt: number];

async function entriesAfter(
  link: LinkCommands,
  key: string,
  after: ListPlace | undefined,
): Promise<readonly Entry[]> {
  const latest = after?.receivedAt ?? '+inf';
  for (let offset = 0; ; offset += chunk) {
    const reply = await link.run(() =>
      link.client.zrevrangebyscore(key, latest, '-inf', 'WITHSCORES', 'LIMIT', offset, chunk),
    );
    const entries = toEntries(reply);
    // Redis includes the entries of the same millisecond that are before the place.
    const later = entries.filter(
      ([member, score]) => after === undefined || score < after.receivedAt || member < after.key,
    );
    if (later.length > 0 || entries.length < chunk) return later;
  }
}

/** @param reply the members, each followed by its score */
function toEntries(reply: readonly string[]): readonly Entry[] {
  return reply.flatMap((key, index): readonly Entry[] =>
    index % 2 === 0 ? [[key, Number(reply[index + 1])]] : [],
  );
}
