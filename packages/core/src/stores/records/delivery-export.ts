import { unprintable } from '../../data/printable.ts';
import { ConfigurationError } from '../../errors.ts';
import { type DeliveryJson, deliveryJson } from './delivery-json.ts';
import type { DeliveryWithBody } from './delivery-record.ts';

/** The format of an export: one JSON object per line, or a CSV table for a spreadsheet. */
export type ExportFormat = 'jsonl' | 'csv';

const csvColumns = [
  'key',
  'id',
  'endpoint',
  'receivedAt',
  'ip',
  'eventType',
  'dialect',
  'scanId',
  'target',
  'state',
  'attempts',
  'error',
  'code',
  'body',
  'bodyBase64',
] as const satisfies readonly (keyof DeliveryJson)[];

/**
 * Write pages of deliveries as JSON lines or as CSV. A line of JSON is `deliveryJson` of the delivery. Control characters are
 * written as escapes such as `\u009b`, so that an export can be shown in a terminal.
 * @throws ConfigurationError for an unknown format
 */
export async function* exportLines(
  pages: AsyncIterable<readonly DeliveryWithBody[]>,
  format: ExportFormat,
): AsyncGenerator<string, void, undefined> {
  if (format !== 'csv' && format !== 'jsonl') {
    throw new ConfigurationError('format', `must be "csv" or "jsonl" (got ${JSON.stringify(format)}).`);
  }
  if (format === 'csv') yield `${csvColumns.join(',')}\r\n`;
  const toLine = format === 'csv' ? csvLine : jsonLine;
  for await (const page of pages) yield* partsOf(page, toLine);
}

/** The number of characters after which a part of an export ends. A page of large bodies may exceed the longest string. */
const partLength = 64 * 1024;

function* partsOf(
  page: readonly DeliveryWithBody[],
  toLine: (record: DeliveryWithBody) => string,
): Generator<string, void, undefined> {
  let part = '';
  for (const record of page) {
    part += toLine(record);
    if (part.length < partLength) continue;
    yield part;
    part = '';
  }
  if (part !== '') yield part;
}

function jsonLine(record: DeliveryWithBody): string {
  return `${escapeControls(JSON.stringify(deliveryJson(record)))}\n`;
}

/**
 * Write control characters as in JSON, because an export is often shown in a terminal. `JSON.stringify` does not escape those
 * after U+007E, such as U+009B, which begins a command of the terminal, and U+202E, which reverses the text.
 */
function escapeControls(text: string): string {
  return text.replace(unprintable, escapeUnits);
}

/** A character outside the Basic Multilingual Plane has two units. */
function escapeUnits(character: string): string {
  if (isSpace(character)) return character;
  let escapes = '';
  for (let at = 0; at < character.length; at++) {
    escapes += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return escapes;
}

/** Whether a character is white space that a cell of a table may contain. */
function isSpace(character: string): boolean {
  return character === '\n' || character === '\r' || character === '\t';
}

function csvLine(record: DeliveryWithBody): string {
  const values = deliveryJson(record);
  return `${csvColumns.map((column) => csvCell(values[column])).join(',')}\r\n`;
}

/**
 * Matches the beginning of a formula, to prevent CSV injection. A spreadsheet runs a cell as a formula if it begins with one
 * of these characters, in ASCII or full width. The scanned party chooses the names of targets. Leading spaces and invisible
 * characters are included, because some programs trim them.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/**
 * Matches separators of any locale, quotes, control characters and outer spaces. A program may split or trim an unquoted
 * cell at these characters.
 */
const unsafeUnquoted = /["',;|\p{Cc}\p{Zl}\p{Zp}]|^[\s\p{Cf}]|[\s\p{Cf}]$/u;

function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = String(value);
  const cell = escapeControls(formula.test(text) ? `'${text}` : text);
  return unsafeUnquoted.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
