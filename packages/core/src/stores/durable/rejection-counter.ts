import { unrefTimer } from '../../data/unref-timer.ts';
import type { UnauthenticatedRejection } from '../delivery-log.ts';
import { rejectionHour } from '../records/rejection-counts.ts';

/** Milliseconds for which rejections are collected, so that a flood of unauthenticated requests costs one write. */
const interval = 1000;

/** The rejections that a store writes together. */
export interface CollectedRejections {
  /** The number of rejections by hour, endpoint and code. */
  readonly counts: readonly {
    /** The beginning of the hour, in milliseconds since 1970. */
    readonly hour: number;
    readonly endpoint: string;
    readonly code: string;
    readonly count: number;
  }[];
  /** The rejections to keep individually, oldest first. */
  readonly latest: readonly UnauthenticatedRejection[];
}

/** Counts unauthenticated deliveries without a write for each, in bounded memory. */
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
 * @param keep the number of rejections to keep individually. 0 for counts only
 * @param onError called if `store` rejects
 */
export function createRejectionCounter(
  store: (rejections: CollectedRejections) => Promise<void>,
  keep: number,
  onError: (error: unknown) => void,
): RejectionCounter {
  let counts = new Map<string, { readonly rejection: UnauthenticatedRejection; count: number }>();
  let latest: UnauthenticatedRejection[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (counts.size === 0) return;
    const [counted, single] = [[...counts.values()], keep === 0 ? [] : latest.slice(-keep)];
    counts = new Map();
    latest = [];
    try {
      await store({
        counts: counted.map(({ rejection, count }) => {
          const { endpoint, code } = rejection;
          return { hour: rejectionHour(rejection), endpoint, code, count };
        }),
        latest: single,
      });
    } catch (error) {
      onError(error);
      // Nothing was written. Keep all for the next time.
      latest = [...single, ...latest].slice(-2 * keep);
      for (const { rejection, count } of counted) addCount(rejection, count);
    }
  }

  function addCount(rejection: UnauthenticatedRejection, count: number): void {
    if (closed) return;
    const key = `${rejectionHour(rejection)}\n${rejection.code}\n${rejection.endpoint}`;
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { rejection, count });
    else counted.count += count;
    timer ??= unrefTimer(setTimeout(() => void flush(), interval));
  }

  return {
    add(rejection) {
      if (keep > 0) latest.push(rejection);
      if (latest.length > 2 * keep) latest = latest.slice(-keep);
      addCount(rejection, 1);
    },
    flush,
    close() {
      const flushed = flush();
      closed = true;
      return flushed;
    },
  };
}
