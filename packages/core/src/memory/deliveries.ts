import type { Outcome } from '../outcome.ts';
import { BoundedMap } from './bounded.ts';

/** What this process remembers of a delivery. */
type Remembered =
  | { readonly state: 'processed' }
  | { readonly state: 'running'; readonly outcome: Promise<Outcome> }
  | { readonly state: 'failed'; attempt: number; readonly succeeded: Set<string> };

/**
 * The process's own memory of deliveries by their ids, which tells duplicates from new ones.
 * @param capacity deliveries; one costs about 150 bytes
 */
export function createMemory(capacity: number): Map<string, Remembered> {
  return new BoundedMap(capacity);
}
