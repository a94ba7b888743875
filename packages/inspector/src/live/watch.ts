import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';

/** The time between two polls, in milliseconds. */
const interval = 1000;
/** The newest deliveries that are compared. */
const compared = 100;

/** Polls a store for changes. */
export interface Watch {
  start(): void;
  stop(): void;
}

/**
 * Call a function when the newest deliveries or the queue have changed. It costs two queries a second, however many streams
 * are open.
 */
export function createWatch(store: DeliveryStore, onChange: () => Promise<void>): Watch {
  let timer: NodeJS.Timeout | undefined;
  let isBusy = false;
  let seen: string | undefined;

  async function poll(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      const now = await read(store);
      if (now !== seen) await onChange();
      seen = now;
    } catch {
      // The store cannot be read now. The pages show the error when they are loaded.
    } finally {
      isBusy = false;
    }
  }

  return {
    start() {
      timer ??= setInterval(() => void poll(), interval);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
      seen = undefined;
    },
  };
}

async function read(store: DeliveryStore): Promise<string> {
  const [page, health] = await Promise.all([
    store.list({ limit: compared }),
    store.capabilities.has('health') ? store.health() : undefined,
  ]);
  return JSON.stringify([page.deliveries.map(({ key, state, attempts }) => [key, state, attempts]), health]);
}
