import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Returns the store, or a store with a fault that the tests must find. A check that never fails proves nothing.
 * @param {import('@spiderfoot-webhooks/sqlite').Store} store
 * @param {string | undefined} variant
 */
export function breakStore(store, variant) {
  switch (variant) {
    case undefined:
      return store;
    case 'answers-first':
      return {
        ...store,
        async enqueue(delivery) {
          sleep(5).then(() => store.enqueue(delivery));
          return 'accepted';
        },
        async record(entry) {
          sleep(5).then(() => store.record(entry));
          return undefined;
        },
      };
    case 'handles-first':
      return handlesFirst(store);
    case 'loses-failures':
      // Reports failed deliveries as processed.
      return {
        ...store,
        start: (endpoint, process) =>
          store.start(endpoint, async (work) => ({ ...(await process(work)), status: 'processed' })),
      };
    default:
      throw new Error(`Unknown fault: ${variant}`);
  }
}

function handlesFirst(store) {
  let handle;
  return {
    ...store,
    start(endpoint, process) {
      handle = process;
      return store.start(endpoint, process);
    },
    async enqueue(delivery) {
      await handle({ ...delivery, attempt: 1, succeeded: [] });
      return store.enqueue(delivery);
    },
  };
}
