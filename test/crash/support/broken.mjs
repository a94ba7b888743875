import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The store, or one with a fault that the tests must find: a check that no fault turns red proves nothing.
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
      // Calls done what has failed.
      return {
        ...store,
        start: (endpoint, process) =>
          store.start(endpoint, async (work) => ({ ...(await process(work)), status: 'processed' })),
      };
    default:
      throw new Error(`No such fault: ${variant}`);
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
