import { type DeliveryRecord, isDelayed } from '@spiderfoot-webhooks/core/stores';
import type { Filters } from '../filters/filters.ts';
import { listFiltered } from '../filters/list-filtered.ts';
import type { Site } from '../site.ts';

/** The most deliveries that are retried at once. */
const mostDelayed = 10_000;
const readAtOnce = 1000;

/**
 * Find the deliveries of a list that wait for a retry, the newest first. At most 10,000 are found.
 * @throws ConfigurationError that names an invalid filter
 */
export async function findDelayed(
  site: Pick<Site, 'store' | 'storedTypes' | 'replays'>,
  filters: Filters,
): Promise<readonly DeliveryRecord[]> {
  const found: DeliveryRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await listFiltered(site, filters, { limit: readAtOnce, cursor });
    for (const delivery of page.deliveries) {
      if (isDelayed(delivery) && found.length < mostDelayed) found.push(delivery);
    }
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < mostDelayed);
  return found;
}
