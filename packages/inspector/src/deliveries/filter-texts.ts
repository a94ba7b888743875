import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import { failuresOf } from '../dead-letters/failures.ts';
import type { FilterName, Filters } from '../filters/filters.ts';
import { countText } from '../layout/number-text.ts';
import type { Site } from '../site.ts';

/** Return the texts of filters whose value is an id: the handler and its error, and the number of replayed deliveries. */
export function describeIds(
  filters: Filters,
  deliveries: readonly DeliveryRecord[],
  { replays }: Pick<Site, 'replays'>,
): ReadonlyMap<FilterName, string> {
  const texts = new Map<FilterName, string>();
  const [[failure], [replay]] = [filters.get('failure') ?? [], filters.get('replay') ?? []];
  const known = deliveries[0] && failuresOf(deliveries[0]).find(({ id }) => id === failure);
  if (known) texts.set('failure', `${known.handler ?? 'No handler'}: ${known.error}`);
  const keys = replay === undefined ? undefined : replays.keysOf(replay);
  if (keys) texts.set('replay', keys.length === 1 ? '1 delivery' : `${countText(keys.length)} deliveries`);
  return texts;
}
