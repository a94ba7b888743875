import type { Commits } from '../database/group-commit.ts';
import type { Connection } from '../database/writable-connection.ts';
import type { Retention } from '../options.ts';
import type { Read } from '../queries/index-scan.ts';
import { prune } from './prune.ts';

/** Milliseconds after opening until the first pruning: a process that is started again and again must prune as well. */
const firstPruning = 10_000;

/** Prune on a schedule. @returns a function that stops pruning */
export function scheduleRetention(
  connection: Connection,
  commits: Commits,
  read: Read,
  { maxAge, every = 3_600_000, ...options }: Retention,
  onError: (error: unknown) => void,
): () => void {
  let timer = setTimeout(run, Math.min(firstPruning, every)).unref();
  let ended = false;

  function run(): void {
    const before = maxAge === undefined ? {} : { before: new Date(Date.now() - maxAge) };
    prune(connection, commits, read, { ...options, ...before })
      .catch((error) => {
        // What closing has cut short is no failure.
        if (!ended) onError(error);
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
