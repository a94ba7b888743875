import type { Count, DeliveryRecord, DeliveryStore, StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { type CodeCount, countsByCode } from '../rejected/code-counts.ts';
import type { TimeRange } from './time-range.ts';

/** The newest deliveries of the range from which handlers, targets and scans are computed. */
const sampleSize = 1000;

/** The numbers of the overview. A number that the store cannot count is missing. */
export interface OverviewData {
  /** By time and event type. */
  readonly counts: readonly Count[] | undefined;
  readonly states: ReadonlyMap<string, number> | undefined;
  readonly newest: readonly DeliveryRecord[];
  readonly rejected: readonly CodeCount[] | undefined;
  readonly health: StoreHealth | undefined;
}

/** The time for which numbers are kept, in milliseconds, so that many readers cost one query. */
const keptFor = 1000;
const mostKept = 50;

/** Create a reader of the overview. */
export function createOverviewReader(store: DeliveryStore): (range: TimeRange) => Promise<OverviewData> {
  const kept = new Map<string, { readonly data: Promise<OverviewData>; readonly readAt: number }>();
  return (range) => {
    const key = `${range.since.getTime()}-${range.until.getTime()}-${range.bucket}`;
    const known = kept.get(key);
    if (known !== undefined && Date.now() - known.readAt < keptFor) return known.data;
    const data = read(store, range);
    data.catch(() => kept.delete(key));
    kept.delete(key);
    kept.set(key, { data, readAt: Date.now() });
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return data;
  };
}

async function read(store: DeliveryStore, { since, until, bucket }: TimeRange): Promise<OverviewData> {
  const can = store.capabilities;
  const [counts, states, page, rejected, health] = await Promise.all([
    can.has('counts') ? store.counts({ by: ['time', 'eventType'], bucket, since, until }) : undefined,
    can.has('counts') ? store.counts({ by: ['state'], since, until }) : undefined,
    store.list({ since, until, limit: sampleSize }),
    can.has('rejections') ? store.rejections() : undefined,
    can.has('health') ? store.health() : undefined,
  ]);
  return {
    counts,
    states: states && new Map(states.map(({ state = '', count }) => [state, count])),
    newest: page.deliveries,
    rejected: rejected && countsByCode(rejected.counts, since),
    health,
  };
}
