import { unrefTimer } from '../../data/unref-timer.ts';
import type { UnauthenticatedRejection } from '../delivery-log.ts';
import { rejectionHour } from '../records/rejection-counts.ts';
import { createUnwrittenRejections, type KeptRejection } from './unwritten-rejections.ts';

/** Milliseconds for which rejections are collected, so that a flood of unauthenticated requests costs one write. */
const interval = 1000;

/** The number of rejections of an hour, an endpoint and a code. */
interface Counted {
  /** The beginning of the hour, in milliseconds since 1970. */
  readonly hour: number;
  readonly endpoint: string;
  readonly code: string;
  count: number;
}

/** The rejections that a store writes together. */
export interface CollectedRejections {
  readonly counts: readonly Readonly<Counted>[];
  /** The rejections to keep with their requests, oldest first. */
  readonly latest: readonly KeptRejection[];
  /** The number of rejections to keep, by endpoint, for the endpoints in `latest`. Delete the older ones. */
  readonly keep: ReadonlyMap<string, number>;
}

/** Counts unauthenticated deliveries, and keeps requests, without a write for each, in bounded memory. */
export interface RejectionCounter {
  add(rejection: UnauthenticatedRejection): void;
  /** Write the collected rejections. If that fails, they are kept for the next time. */
  flush(): Promise<void>;
  /** Write the collected rejections for the last time. */
  close(): Promise<void>;
}

/**
 * Create a counter of rejections.
 * @param store writes the rejections in one transaction
 * @param onError called if `store` rejects
 */
export function createRejectionCounter(
  store: (rejections: CollectedRejections) => Promise<void>,
  onError: (error: unknown) => void,
): RejectionCounter {
  let counts = new Map<string, Counted>();
  const unwritten = createUnwrittenRejections();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (counts.size === 0) return;
    const [counted, latest] = [[...counts.values()], unwritten.take()];
    counts = new Map();
    try {
      await store({
        counts: counted,
        latest,
        keep: new Map(latest.map(({ endpoint, keep }) => [endpoint, keep])),
      });
    } catch (error) {
      onError(error);
      // Nothing was written. Keep all for the next time.
      unwritten.putBack(latest);
      for (const each of counted) addCount(each);
    }
  }

  function addCount({ hour, endpoint, code, count }: Counted): void {
    if (closed) return;
    const key = `${hour}\n${code}\n${endpoint}`;
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { hour, endpoint, code, count });
    else counted.count += count;
    timer ??= unrefTimer(setTimeout(() => void flush(), interval));
  }

  return {
    add(rejection) {
      if (closed) return;
      unwritten.add(rejection);
      const { endpoint, code } = rejection;
      addCount({ hour: rejectionHour(rejection), endpoint, code, count: 1 });
    },
    flush,
    close() {
      const flushed = flush();
      closed = true;
      return flushed;
    },
  };
}
