import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { DeliveryRecord, DeliveryWithBody } from '../rows/delivery-records.ts';

export type ExportFormat = 'jsonl' | 'csv';

const csvColumns = [
  'number',
  'id',
  'endpoint',
  'received_at',
  'ip',
  'type',
  'dialect',
  'scan_id',
  'target',
  'state',
  'attempts',
  'error',
  'code',
  'body',
] as const;

/** The lines of an export, one delivery a line, in pages. */
export async function* exportLines(
  pages: AsyncIterable<readonly DeliveryWithBody[]>,
  format: ExportFormat,
): AsyncGenerator<string, void, undefined> {
  if (format !== 'csv' && format !== 'jsonl')
    throw new ConfigurationError('format', `is ${JSON.stringify(format)}, but must be "csv" or "jsonl".`);
  if (format === 'csv') yield `${csvColumns.join(',')}\r\n`;
  const toLine = format === 'csv' ? csvLine : jsonLine;
  for await (const page of pages) yield page.map(toLine).join('');
}

function flat({
  number,
  id,
  endpoint,
  receivedAt,
  ip,
  eventType: type,
  dialect,
  scanId,
  target,
  state,
  attempts,
  error,
  code,
}: DeliveryRecord) {
  const times = { received_at: receivedAt.toISOString() };
  return {
    number,
    id,
    endpoint,
    ...times,
    ip,
    type,
    dialect,
    scan_id: scanId,
    target,
    state,
    attempts,
    error,
    code,
  };
}

function jsonLine(record: DeliveryWithBody): string {
  const { handlers, issues, body } = record;
  return `${JSON.stringify({ ...flat(record), handlers, issues, body: body.toString() })}\n`;
}

function csvLine(record: DeliveryWithBody): string {
  const values: Readonly<Record<string, unknown>> = { ...flat(record), body: record.body.toString() };
  return `${csvColumns.map((column) => csvCell(values[column])).join(',')}\r\n`;
}

/**
 * Prevent CSV injection: a spreadsheet runs a cell as a formula if it begins with one of these characters, in ASCII
 * or full width. The scanned party chooses the names of targets. Leading spaces and invisible characters are
 * included, because some programs trim them.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/**
 * Separators of any locale, quotes, control characters and outer spaces, at which a program may split or trim an
 * unquoted cell.
 */
const unsafeUnquoted = /["',;|\p{Cc}\p{Zl}\p{Zp}]|^[\s\p{Cf}]|[\s\p{Cf}]$/u;

function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = String(value);
  const cell = formula.test(text) ? `'${text}` : text;
  return unsafeUnquoted.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
