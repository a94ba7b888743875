import {
  type Count,
  type CountKey,
  countRecords,
  type DeliveryStore,
  readCountOptions,
  type StoreHealth,
} from '@spiderfoot-webhooks/core/stores';
import { isMissingCapability } from '../missing-capability.ts';
import { type CodeCount, countsByCode } from '../rejected/code-counts.ts';
import { type HandlerHealth, handlerHealth } from './handler-health.ts';
import type { TimeRange } from './time-range.ts';

/** The newest deliveries of the range from which the health of the handlers is computed. */
export const sampleSize = 1000;
/** The targets and scans with the most deliveries. */
const topSize = 8;
/** The top targets and scans are counted among about this number of the newest deliveries, because each must be read. */
const rankedSize = 20_000;

/** The data of the overview for a range. */
export interface Overview {
  /** The time at which the read began, in milliseconds since 1970. */
  readonly readAt: number;
  /** The deliveries by time, type and state. */
  readonly counts: readonly Count[];
  /** Whether `counts`, `targets` and `scans` contain all deliveries, and not only those of the sample. */
  readonly isComplete: boolean;
  /** Whether the range has more deliveries than the sample. */
  readonly isLarge: boolean;
  readonly handlers: readonly HandlerHealth[];
  readonly targets: readonly Ranked[];
  readonly scans: readonly Ranked[];
  /** The time since which `targets` and `scans` are counted, if the range has too many deliveries to count all. */
  readonly rankedSince: Date | undefined;
  /** `undefined` if the store does not count rejected requests. */
  readonly rejections: readonly CodeCount[] | undefined;
  /** `undefined` if the store does not know it. */
  readonly health: StoreHealth | undefined;
}

/** A value and its number of deliveries. */
export interface Ranked {
  readonly value: string;
  readonly count: number;
}

/** Read the data of a range. A store that cannot count it has counts of the newest deliveries. */
export async function readOverview(store: DeliveryStore, range: TimeRange): Promise<Overview> {
  const readAt = Date.now();
  const { since, until, bucket } = range;
  const filter = { since, ...(until && { until }) };
  const has = store.capabilities;
  const { deliveries, cursor } = has.has('list')
    ? await store.list({ ...filter, limit: sampleSize })
    : { deliveries: [], cursor: undefined };

  let isComplete = true;
  async function count(by: readonly CountKey[], top?: number, from = since): Promise<readonly Count[]> {
    const selected = { ...filter, since: from, by, bucket, ...(top && { top }) };
    try {
      if (has.has('counts')) return await store.counts(selected);
    } catch (error) {
      // BullMQ has counts, but not by time.
      if (!isMissingCapability(error)) throw error;
    }
    isComplete = cursor === undefined;
    return countRecords(deliveries, readCountOptions({ by, bucket, ...(top && { top }) }));
  }

  const counts = await count(['time', 'eventType', 'state']);
  const rankedSince = isComplete ? rankedFrom(counts) : undefined;
  const [targets, scans, rejections, health] = await Promise.all([
    count(['target'], topSize, rankedSince),
    count(['scanId'], topSize, rankedSince),
    has.has('rejections') ? store.rejections({ since }) : undefined,
    has.has('health') ? store.health() : undefined,
  ]);
  return {
    readAt,
    counts,
    isComplete,
    isLarge: cursor !== undefined,
    handlers: handlerHealth(deliveries),
    targets: targets.map(({ target = '', count: number }) => ({ value: target, count: number })),
    scans: scans.map(({ scanId = '', count: number }) => ({ value: scanId, count: number })),
    rankedSince,
    rejections: rejections && codesOf(rejections.counts, range),
    health,
  };
}

/** Return the beginning of the bars that together have enough deliveries. `undefined` if these are all bars. */
function rankedFrom(counts: readonly Count[]): Date | undefined {
  const bars = new Map<number, number>();
  for (const { time = 0, count } of counts) bars.set(time, (bars.get(time) ?? 0) + count);
  let total = 0;
  for (const [index, [time, count]] of [...bars].toSorted(([a], [b]) => b - a).entries()) {
    total += count;
    if (total >= rankedSize) return index === bars.size - 1 ? undefined : new Date(time);
  }
  return undefined;
}

/** Rejected requests are counted by hour. The hours that the range begins and ends in count completely. */
function codesOf(counts: Parameters<typeof countsByCode>[0], { since, until }: TimeRange) {
  return countsByCode(
    counts.filter(({ hour }) => until === undefined || hour < until),
    since,
  );
}
