import { MissingCapabilityError, type StoreCapability } from '@spiderfoot-webhooks/core/stores';
import type { Store } from '../store.ts';

const changing = ['replay', 'prune'] as const satisfies StoreCapability[];

/** Return a store without the methods that change it, for an engine without the option `readOnly`. */
export function withoutChanges(store: Store): Store {
  const { record: _, recordRejection: __, ...rest } = store;
  const isChanging = (name: StoreCapability) => changing.some((capability) => capability === name);
  return {
    ...rest,
    capabilities: new Set([...store.capabilities].filter((name) => !isChanging(name))),
    replay: () => Promise.reject(missing('replay')),
    prune: () => Promise.reject(missing('prune')),
    enqueue: () => Promise.reject(new Error(notWritable)),
    start() {
      throw new Error(notWritable);
    },
  };
}

const notWritable = 'The store was opened with readOnly: true, so it cannot be the queue of a receiver.';

function missing(capability: StoreCapability): MissingCapabilityError {
  return new MissingCapabilityError(
    capability,
    'It was opened with readOnly: true. Open it without readOnly.',
  );
}
