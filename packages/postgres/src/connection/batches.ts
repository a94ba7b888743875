import { codeOf, isUnavailable } from '../errors.ts';

/**
 * Group commit: the items of one turn of the event loop are sent in one statement, and those that arrive in the meantime
 * in the next one. A single item does not wait for other items.
 */
export interface Batches<Item, Result> {
  /**
   * Send an item in the next batch.
   * @param delay milliseconds to wait for other items, if none is waiting
   */
  add(item: Item, delay?: number): Promise<Result>;
}

interface BatchOptions<Item, Result> {
  /** Send items. @returns a result for each item */
  send(items: readonly Item[]): Promise<readonly Result[]>;
  /** Return a key. Items with the same key are sent in different batches, in their order. */
  keyOf(item: Item): string;
  /** Return the size of an item, in bytes. */
  sizeOf?(item: Item): number;
}

/** The limits of a batch. With more items, the last response waits longer than the saved commits take. */
const limits = { items: 128, bytes: 4_194_304 };

/** The number of times that a batch is sent again after a deadlock with another process. */
const mostRetries = 3;

/**
 * SQLSTATE codes of a deadlock, of a conflict, and of a missing prepared statement. The statement was rolled back or did not
 * run, and can be repeated.
 */
const repeatable: readonly (string | undefined)[] = ['40P01', '40001', '26000'];

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatches<Item, Result>({
  send,
  keyOf,
  sizeOf = () => 0,
}: BatchOptions<Item, Result>): Batches<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
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

  async function flush(): Promise<void> {
    isSending = true;
    await settle(take());
    isSending = false;
    schedule();
  }

  /** Take the items of the next batch. */
  function take(): readonly Waiting<Item, Result>[] {
    const keys = new Set<string>();
    const taken: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    let bytes = 0;
    for (const entry of waiting) {
      const key = keyOf(entry.item);
      bytes += sizeOf(entry.item);
      const isFull = taken.length >= limits.items || (bytes > limits.bytes && taken.length > 0);
      if (isFull || keys.has(key)) left.push(entry);
      else taken.push(entry);
      keys.add(key);
    }
    waiting = left;
    return taken;
  }

  async function settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await sendAgain(batch);
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('The statement returned no result for this delivery'));
        else resolve(result);
      }
    } catch (error) {
      if (batch.length === 1 || isUnavailable(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // Send each item separately, so that an item that cannot be stored does not make the others fail.
      for (const entry of batch) await settle([entry]);
    }
  }

  async function sendAgain(batch: readonly Waiting<Item, Result>[]): Promise<readonly Result[]> {
    for (let retries = 0; ; retries++) {
      try {
        return await send(batch.map(({ item }) => item));
      } catch (error) {
        if (retries === mostRetries || !repeatable.includes(codeOf(error))) throw error;
      }
    }
  }

  return {
    add: (item, delay = 0) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (delay === 0) schedule();
        else if (!isSending && !isScheduled) later ??= setTimeout(schedule, delay);
      }),
  };
}
