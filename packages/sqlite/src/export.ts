import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { DeliveryRecord, DeliveryWithBody } from './records.ts';

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
  type,
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

/** What a spreadsheet takes as a formula. A target's name is the sender's to choose: it must not become one. */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text =
    typeof value === 'number' ? String(value) : formula.test(String(value)) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
