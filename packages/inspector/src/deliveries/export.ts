import { ConfigurationError } from '@spiderfoot-webhooks/core';
import {
  type DeliveryFilter,
  type DeliveryStore,
  type ExportFormat,
  exportLines,
} from '@spiderfoot-webhooks/core/stores';

/**
 * Read the format of an export.
 * @throws ConfigurationError if it is unknown
 */
export function readExportFormat(query: URLSearchParams): ExportFormat {
  const format = query.get('format') ?? 'jsonl';
  if (format === 'csv' || format === 'jsonl') return format;
  throw new ConfigurationError('format', `must be "csv" or "jsonl" (got ${JSON.stringify(format)}).`);
}

/**
 * Export deliveries as a stream. The store is read only as fast as the client reads.
 * @param filter `undefined` matches no delivery
 */
export function exportStream(
  store: DeliveryStore,
  format: ExportFormat,
  filter: DeliveryFilter | undefined,
): ReadableStream<Uint8Array> {
  const lines = filter === undefined ? exportLines(noPages(), format) : store.export(format, filter);
  return ReadableStream.from(lines).pipeThrough(new TextEncoderStream());
}

async function* noPages(): AsyncGenerator<readonly never[], void, undefined> {}
