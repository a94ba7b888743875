import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { type DeliveryWithBody, type ExportFormat, exportLines } from '@spiderfoot-webhooks/core/stores';
import { toDeliveryFilter } from '../filters/delivery-filter.ts';
import type { Filters } from '../filters/filters.ts';
import { listFiltered, needsReading } from '../filters/list-filtered.ts';
import type { Site } from '../site.ts';

/**
 * Read the format of an export.
 * @throws ConfigurationError if it is unknown
 */
export function readExportFormat(query: URLSearchParams): ExportFormat {
  const format = query.get('format') ?? 'jsonl';
  if (format === 'csv' || format === 'jsonl') return format;
  throw new ConfigurationError('format', `must be "csv" or "jsonl" (got ${JSON.stringify(format)}).`);
}

/** Export deliveries as a stream. The store is read only as fast as the client reads. */
export async function exportStream(
  site: Pick<Site, 'store' | 'storedTypes' | 'replays'>,
  format: ExportFormat,
  filters: Filters,
): Promise<ReadableStream<Uint8Array>> {
  const filter = needsReading(filters) ? undefined : await toDeliveryFilter(filters, site.storedTypes);
  // The pages of filters that match no delivery are empty.
  const lines = filter ? site.store.export(format, filter) : exportLines(pagesOf(site, filters), format);
  return ReadableStream.from(lines).pipeThrough(new TextEncoderStream());
}

/** A page contains the bodies of its deliveries. Each may be as long as 1 MiB. */
const pageSize = 10;

async function* pagesOf(
  site: Pick<Site, 'store' | 'storedTypes' | 'replays'>,
  filters: Filters,
): AsyncGenerator<readonly DeliveryWithBody[], void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await listFiltered(site, filters, { limit: pageSize, cursor });
    const stored = await Promise.all(page.deliveries.map(({ key }) => site.store.get(key)));
    yield stored.filter((delivery) => delivery !== undefined);
    cursor = page.cursor;
  } while (cursor !== undefined);
}
