import type { Database } from '../database/database.ts';
import type { Retention } from '../options.ts';
import { pruneDeliveries } from './prune.ts';

/** Milliseconds from opening to the first pruning, so that a process that restarts often also prunes. */
const firstPruning = 10_000;

/** Prune on a schedule. @returns a function that stops pruning */
export function schedulePruning(
  db: Database,
  { maxAge, every = 3_600_000, ...options }: Retention,
): () => void {
  let timer = setTimeout(run, Math.min(firstPruning, every)).unref();
  let ended = false;

  function run(): void {
    const before = maxAge === undefined ? {} : { before: new Date(Date.now() - maxAge) };
    pruneDeliveries(db, { ...options, ...before })
      .catch((error) => {
        // If closing interrupts the pruning, that is not a failure.
        if (!ended) db.reportError(error);
      })
      .finally(() => {
        if (!ended) timer = setTimeout(run, every).unref();
      });
  }

  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
