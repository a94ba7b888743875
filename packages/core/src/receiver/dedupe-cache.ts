import { BoundedMap } from '../data/bounded-map.ts';
import type { Outcome } from '../outcome/outcome.ts';

/** What this process remembers of a delivery. */
type Remembered =
  | { readonly state: 'processed' }
  | { readonly state: 'running'; readonly outcome: Promise<Outcome> }
  | { readonly state: 'failed'; attempt: number; readonly succeeded: Set<string> };

/** The process's own memory of deliveries by their ids, which tells duplicates from new ones. */
export interface DedupeCache {
  get(id: string): Remembered | undefined;
  set(id: string, remembered: Remembered): void;
  forget(id: string): void;
}

/** @param capacity deliveries, about 150 bytes each. Running ones are not counted: the requests in flight limit them. */
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
