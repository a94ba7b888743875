import { unrefTimer } from '../../data/unref-timer.ts';
import type { PruneOptions } from '../records/prune-options.ts';
import type { Retention } from './store-options.ts';

/** Milliseconds from opening to the first pruning, so that a process that restarts often also prunes. */
const firstPruning = 10_000;

/**
 * Prune on a schedule.
 * @param prune deletes deliveries
 * @param onError called if `prune` rejects
 * @returns a function that stops pruning
 */
export function schedulePruning(
  prune: (options: PruneOptions) => Promise<unknown>,
  { maxAge, every = 3_600_000, ...options }: Retention,
  onError: (error: unknown) => void,
): () => void {
  let timer = unrefTimer(setTimeout(run, Math.min(firstPruning, every)));
  let ended = false;

  function run(): void {
    const before = maxAge === undefined ? {} : { before: new Date(Date.now() - maxAge) };
    prune({ ...options, ...before })
      .catch((error) => {
        // If closing interrupts the pruning, that is not a failure.
        if (!ended) onError(error);
      })
      .finally(() => {
        if (!ended) timer = unrefTimer(setTimeout(run, every));
      });
  }

  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
