import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { DurableStoreOptions } from '@spiderfoot-webhooks/core/stores';
import { explained } from '../connection/explained.ts';
import type { Store } from '../store.ts';
import { loadEngine } from './load-engine.ts';
import { withoutChanges } from './read-only.ts';
import { urlOptions } from './url-options.ts';

/** Open a queue in Redis. It has no schema to create, so `mustExist` has no effect. */
export async function openBullmq(
  location: string,
  { mustExist: _, readOnly = false, ...options }: DurableStoreOptions,
): Promise<Store> {
  const { openQueue } = await loadEngine('bullmq', () => import('@spiderfoot-webhooks/bullmq'));
  const query = urlOptions(location);
  const own = {
    ...query.text('prefix'),
    ...durabilityOf(query.text('durability')),
    ...query.number('replicas'),
    ...query.number('patience'),
    ...query.number('memoryLimit'),
    ...query.number('dedupeTtl'),
    ...query.number('keepDead'),
  };
  const store = explained(location, () => openQueue(query.rest(), { ...options, ...own }));
  return readOnly ? withoutChanges(store) : store;
}

const durabilities = ['always', 'everysec', 'unchecked'] as const;

function durabilityOf({ durability: text }: { readonly durability?: string }) {
  if (text === undefined) return {};
  const durability = durabilities.find((name) => name === text);
  if (durability !== undefined) return { durability };
  throw new ConfigurationError(
    'store',
    `must contain the parameter "durability" as one of ${durabilities.join(', ')}.`,
  );
}
