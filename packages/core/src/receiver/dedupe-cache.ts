import { BoundedMap } from '../data/bounded-map.ts';
import type { Outcome } from '../outcome/outcome.ts';

/** The state of a delivery in this process. */
type Remembered =
  | { readonly state: 'processed' }
  | { readonly state: 'running'; readonly outcome: Promise<Outcome> }
  | { readonly state: 'failed'; attempt: number; readonly succeeded: Set<string> };

/** The deliveries that this process remembers by their ids, to recognize duplicates. */
export interface DedupeCache {
  get(id: string): Remembered | undefined;
  set(id: string, remembered: Remembered): void;
  forget(id: string): void;
}

/**
 * Create a cache of deliveries.
 * @param capacity the number of deliveries, about 150 bytes each. Running deliveries are not counted, because the number
 *   of requests in flight limits them
 */
export function createDedupeCache(capacity: number): DedupeCache {
  const settled = new BoundedMap<string, Remembered>(capacity);
  const running = new Map<string, Remembered>();
  return {
    get: (id) => settled.get(id) ?? (running.size > 0 ? running.get(id) : undefined),
    set(id, remembered) {
      if (remembered.state === 'running') {
        settled.delete(id);
        running.set(id, remembered);
      } else {
        if (running.size > 0) running.delete(id);
        settled.set(id, remembered);
      }
    },
    forget(id) {
      running.delete(id);
      settled.delete(id);
    },
  };
}
