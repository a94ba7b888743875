import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { storedStates } from '@spiderfoot-webhooks/core/config/values';
import type { DeliveryFilter, StoredState } from '@spiderfoot-webhooks/core/stores';
import { type StoredTypes, selectedTypes } from './event-types.ts';
import type { Filters } from './filters.ts';
import { readTime } from './time-filter.ts';

/**
 * Return the filter of a store.
 * @returns `undefined` if the filters match no delivery
 * @throws ConfigurationError that names an invalid filter
 */
export async function toDeliveryFilter(
  filters: Filters,
  storedTypes: StoredTypes,
): Promise<DeliveryFilter | undefined> {
  const needsTypes = filters.has('category') || filters.has('severity');
  const types = selectedTypes(filters, needsTypes ? await storedTypes() : []);
  if (types?.length === 0) return undefined;
  const [since] = filters.get('since') ?? [];
  const [until] = filters.get('until') ?? [];
  const [text] = filters.get('text') ?? [];
  const state = filters.get('state')?.map(readState);
  const [endpoint, scanId, target] = [filters.get('endpoint'), filters.get('scan'), filters.get('target')];
  return {
    ...(types && { eventType: types }),
    ...(state && { state }),
    ...(endpoint && { endpoint }),
    ...(scanId && { scanId }),
    ...(target && { target }),
    ...(text !== undefined && { text }),
    ...(since !== undefined && { since: readTime('since', since) }),
    ...(until !== undefined && { until: readTime('until', until) }),
  };
}

function readState(text: string): StoredState {
  const state = storedStates.find((known) => known === text);
  if (state !== undefined) return state;
  throw new ConfigurationError(
    'state',
    `contains ${JSON.stringify(text)}. Use one of ${storedStates.join(', ')}.`,
  );
}
