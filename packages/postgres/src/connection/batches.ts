import type { CommitListeners } from '@spiderfoot-webhooks/core/stores';
import { codeOf, isUnavailable } from '../errors.ts';
import { type Deadline, deadlineAfter, lateError, remaining } from './deadline.ts';

/**
 * Group commit: the items of one turn of the event loop are sent in one statement, and those that arrive in the meantime
 * in the next one. A single item does not wait for other items.
 */
export interface Batches<Item, Result> {
  /**
   * Send an item in the next batch.
   * @param delay milliseconds to wait for other items, if none is waiting
   * @throws StoreError after the patience, also if the item waits for another batch, or if its batch still runs
   */
  add(item: Item, delay?: number): Promise<Result>;
}

interface BatchOptions<Item, Result> {
  /** Milliseconds in which each item must be answered. */
  readonly patience: number;
  /** Called with each batch that was written. */
  readonly commits: CommitListeners;
  /**
   * Send items.
   * @param deadline the deadline of all statements
   * @returns a result for each of the first items, at least one. The other items are sent again in the next batch
   */
  send(items: readonly Item[], deadline: Deadline): Promise<readonly Result[]>;
  /** Return a key. Items with the same key are sent in different batches, in their order. */
  keyOf(item: Item): string;
  /** Return the size of an item, in bytes. */
  sizeOf?(item: Item): number;
}

/** The limits of a batch. With more items, the last response waits longer than the saved commits take. */
export const batchLimits = { items: 128, bytes: 4_194_304 };

/** The number of times that a batch is sent again after a deadlock with another process. */
const mostRetries = 3;

/**
 * SQLSTATE codes of a deadlock, of a conflict, and of a missing prepared statement. The statement was rolled back or did not
 * run, and can be repeated.
 */
const repeatable: readonly (string | undefined)[] = ['40P01', '40001', '26000'];

interface Entry<Item, Result> {
  readonly item: Item;
  readonly deadline: Deadline;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatches<Item, Result>({
  patience,
  commits,
  send,
  keyOf,
  sizeOf = () => 0,
}: BatchOptions<Item, Result>): Batches<Item, Result> {
  let waiting: Entry<Item, Result>[] = [];
  /** The items without an answer. Their order is the order of their deadlines. */
  const open = new Set<Entry<Item, Result>>();
  /** Runs at the earliest deadline. One timer for all items costs less than one for each. */
  let ending: NodeJS.Timeout | undefined;
  let isSending = false;
  let isScheduled = false;
  let later: NodeJS.Timeout | undefined;

  function schedule(): void {
    clearTimeout(later);
    later = undefined;
    if (isScheduled || isSending || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      void flush();
    });
  }

  function rejectLate(): void {
    ending = undefined;
    for (const entry of open) {
      if (remaining(entry.deadline) > 0) break;
      entry.reject(lateError(entry.deadline));
      open.delete(entry);
    }
    waiting = waiting.filter((entry) => open.has(entry));
    watchDeadlines();
  }

  function watchDeadlines(): void {
    const [first] = open;
    if (first !== undefined) ending ??= setTimeout(rejectLate, remaining(first.deadline));
  }

  function close(entry: Entry<Item, Result>): void {
    open.delete(entry);
    if (open.size > 0) return;
    clearTimeout(ending);
    ending = undefined;
  }

  async function flush(): Promise<void> {
    isSending = true;
    await settle(take());
    isSending = false;
    schedule();
  }

  /** Take the items of the next batch. */
  function take(): readonly Entry<Item, Result>[] {
    const keys = new Set<string>();
    const taken: Entry<Item, Result>[] = [];
    const left: Entry<Item, Result>[] = [];
    let bytes = 0;
    for (const entry of waiting) {
      const key = keyOf(entry.item);
      bytes += sizeOf(entry.item);
      const isFull = taken.length >= batchLimits.items || (bytes > batchLimits.bytes && taken.length > 0);
      if (isFull || keys.has(key)) left.push(entry);
      else taken.push(entry);
      keys.add(key);
    }
    waiting = left;
    return taken;
  }

  async function settle(batch: readonly Entry<Item, Result>[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      const results = await sendAgain(batch);
      if (results.length === 0) throw new Error('The statement returned no result for the deliveries');
      for (const [index, entry] of batch.entries()) {
        const result = results[index];
        if (result === undefined) break;
        close(entry);
        entry.resolve(result);
      }
      waiting = [...batch.slice(results.length).filter((entry) => open.has(entry)), ...waiting];
    } catch (error) {
      if (batch.length === 1 || isUnavailable(error)) {
        for (const entry of batch) {
          close(entry);
          entry.reject(error);
        }
        return;
      }
      // Send each item separately, so that an item that cannot be stored does not make the others fail.
      for (const entry of batch) if (open.has(entry)) await settle([entry]);
    }
  }

  async function sendAgain(batch: readonly Entry<Item, Result>[]): Promise<readonly Result[]> {
    // An item that has waited is answered at its own deadline. Its statement gets the full time, because a statement that
    // exceeds it shows that the server cannot be used.
    const deadline = deadlineAfter(patience);
    for (let retries = 0; ; retries++) {
      try {
        const start = commits.start();
        const results = await send(
          batch.map(({ item }) => item),
          deadline,
        );
        commits.end(start, results.length);
        return results;
      } catch (error) {
        if (retries === mostRetries || !repeatable.includes(codeOf(error))) throw error;
      }
    }
  }

  return {
    add: (item, delay = 0) =>
      new Promise((resolve, reject) => {
        const entry = { item, deadline: deadlineAfter(patience), resolve, reject };
        waiting.push(entry);
        open.add(entry);
        watchDeadlines();
        if (delay === 0) schedule();
        else if (!isSending && !isScheduled) later ??= setTimeout(schedule, delay);
      }),
  };
}
