import type { Outcome } from '../outcome.ts';

/** What this process remembers of a delivery. */
type Remembered =
  | { readonly state: 'processed' }
  | { readonly state: 'running'; readonly outcome: Promise<Outcome> }
  | { readonly state: 'failed'; attempt: number; readonly succeeded: Set<string> };

export interface Memory {
  recall(id: string): Remembered | undefined;
  remember(id: string, what: Remembered): void;
}

/**
 * The process's own memory of deliveries, which tells duplicates from new ones. Bounded: the oldest goes first, so
 * that a sender who never repeats itself cannot fill the heap.
 * @param capacity deliveries; one costs about 150 bytes
 */
export function createMemory(capacity: number): Memory {
  const deliveries = new Map<string, Remembered>();
  return {
    recall: (id) => deliveries.get(id),
    remember(id, what) {
      deliveries.set(id, what);
      if (deliveries.size <= capacity) return;
      for (const oldest of deliveries.keys()) {
        deliveries.delete(oldest);
        return;
      }
    },
  };
}
