import type { CommitListener, StoreHealth } from '@spiderfoot-webhooks/core/stores';

/** A store whose deliveries are counted. Every durable store of the kit has this method. */
export interface ObservableStore {
  health(): Promise<StoreHealth>;
  /** The stores of SQLite and PostgreSQL have it. */
  onCommit?(listener: CommitListener): void;
}

/** The time limit of a call of `store.health()`, in milliseconds. Prometheus waits ten seconds for a scrape. */
const healthTimeout = 5000;

/**
 * Create a function that reads the health of a store. Calls that overlap share one reading, because several metrics of a
 * scrape need it.
 * @returns a function that returns `undefined` if the store fails, cannot be used or does not answer within five seconds
 */
export function storeReader(store: ObservableStore): () => Promise<StoreHealth | undefined> {
  let reading: Promise<StoreHealth | undefined> | undefined;

  async function read(): Promise<StoreHealth | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, healthTimeout, undefined);
      timer.unref();
    });
    try {
      const health = await Promise.race([store.health(), late]);
      return health?.ready === true ? health : undefined;
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
      reading = undefined;
    }
  }

  return () => {
    reading ??= read();
    return reading;
  };
}
