import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import type { Instruments } from './instruments.ts';

const queueStates = ['waiting', 'running', 'delayed', 'dead'] as const;

/**
 * Create the gauges of a store.
 * @param readStore returns `undefined` if the store cannot be used
 * @returns a function that reads the store and sets the gauges
 */
export function createStoreGauges(
  instruments: Instruments,
  readStore: () => Promise<StoreHealth | undefined>,
): () => Promise<void> {
  const setUp = instruments.gauge('storeUp', {});
  const setOldest = instruments.gauge('queueOldest', {});
  const states = queueStates.map((state) => ({
    state,
    set: instruments.gauge('queueDeliveries', { state }),
  }));
  return async () => {
    const health = await readStore();
    setUp(health === undefined ? 0 : 1);
    setOldest(health && secondsSince(health.oldest));
    for (const { state, set } of states) set(health?.[state]);
  };
}

function secondsSince(time: Date | undefined): number {
  return time === undefined ? 0 : Math.max(0, Date.now() - time.getTime()) / 1000;
}
