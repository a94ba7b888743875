import type { ListOrder, ListPlace } from '@spiderfoot-webhooks/core/stores';
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
 * Read settled jobs in the order in which they were settled.
 * @param order `newest`: the last settled job first
 * @param after the last job of the previous page. `receivedAt` is the time at which it was settled
 */
export async function* settledJobs(
  link: LinkCommands,
  queues: readonly Queue[],
  sets: readonly SettledSet[],
  order: ListOrder,
  after?: ListPlace,
): AsyncGenerator<SettledJob> {
  const sources = queues.flatMap((queue) => sets.map((set) => jobsOf(link, queue, set, order, after)));
  const heads = await Promise.all(sources.map(async (jobs) => ({ jobs, next: await jobs.next() })));
  for (;;) {
    const [first] = heads
      .flatMap((head) => (head.next.done === true ? [] : { head, job: head.next.value }))
      .sort((one, other) => compare(one.job, other.job, order));
    if (first === undefined) return;
    yield first.job;
    first.head.next = await first.head.jobs.next();
  }
}

/** Sort by time, and equal times as Redis does. */
function compare(one: SettledJob, other: SettledJob, order: ListOrder): number {
  const later = one.settledAt - other.settledAt || (one.key < other.key ? -1 : 1);
  return order === 'newest' ? -later : later;
}

/** Read one set in pages. Jobs that are deleted or retried meanwhile do not shift the pages. */
async function* jobsOf(
  link: LinkCommands,
  queue: Queue,
  set: SettledSet,
  order: ListOrder,
  after?: ListPlace,
): AsyncGenerator<SettledJob> {
  for (let place = after; ; ) {
    const entries = await entriesAfter(link, queue.toKey(set), order, place);
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
  order: ListOrder,
  after: ListPlace | undefined,
): Promise<readonly Entry[]> {
  const { client } = link;
  const isNewest = order === 'newest';
  const start = after?.receivedAt ?? (isNewest ? '+inf' : '-inf');
  const isBeyond = ({ key: from, receivedAt }: ListPlace, [member, score]: Entry) =>
    isNewest ? score < receivedAt || member < from : score > receivedAt || member > from;
  for (let offset = 0; ; offset += chunk) {
    const page = ['WITHSCORES', 'LIMIT', offset, chunk] as const;
    const reply = await link.run(() =>
      isNewest
        ? client.zrevrangebyscore(key, start, '-inf', ...page)
        : client.zrangebyscore(key, start, '+inf', ...page),
    );
    const entries = toEntries(reply);
    // Redis includes the entries of the same millisecond that are before the place.
    const beyond = entries.filter((entry) => after === undefined || isBeyond(after, entry));
    if (beyond.length > 0 || entries.length < chunk) return beyond;
  }
}

/** @param reply the members, each followed by its score */
function toEntries(reply: readonly string[]): readonly Entry[] {
  return reply.flatMap((key, index): readonly Entry[] =>
    index % 2 === 0 ? [[key, Number(reply[index + 1])]] : [],
  );
}
