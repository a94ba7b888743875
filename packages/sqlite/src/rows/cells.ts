/**
 * Functions that read the cells of a row. SQLite stores values of any type in any column, so another program may have
 * written or damaged a cell. None of these functions throws, because a broken row must not affect other rows.
 */
import type { EventIssue } from '@spiderfoot-webhooks/core/events';
import { type HandlerRecord, readHandlerRecords, readIssues } from '@spiderfoot-webhooks/core/stores';

/** The largest distance from 1970 that a `Date` can represent, in milliseconds. */
export const maxTime = 8.64e15;

/** Return a cell as text. `undefined` for NULL. */
export function textOf(cell: unknown): string | undefined {
  if (cell === null || cell === undefined) return undefined;
  return Buffer.isBuffer(cell) ? cell.toString() : String(cell);
}

/** Return a cell as a whole number, or `otherwise` if it is not a number. */
export function numberOf(cell: unknown, otherwise = 0): number {
  return typeof cell === 'number' && Number.isFinite(cell) ? Math.trunc(cell) : otherwise;
}

/** Return the time in a cell, which is in milliseconds since 1970. `undefined` if the cell does not contain a time. */
export function timeOf(cell: unknown): Date | undefined {
  const time = numberOf(cell, Number.NaN);
  return Math.abs(time) <= maxTime ? new Date(time) : undefined;
}

/** Return the bytes of a body. An empty array if the cell is NULL. */
export function bytesOf(cell: unknown): Buffer {
  return Buffer.isBuffer(cell) ? cell : Buffer.from(textOf(cell) ?? '');
}

/** Return the issues in the column `issues`. An empty list if the cell contains anything else. */
export function issuesOf(cell: unknown): readonly EventIssue[] {
  return readIssues(jsonOf(cell));
}

/** Return the records in the column `handlers`. An empty list if the cell contains anything else. */
export function handlersOf(cell: unknown): readonly HandlerRecord[] {
  return readHandlerRecords(jsonOf(cell));
}

/** Parse a cell that contains JSON. `undefined` if it does not. */
export function jsonOf(cell: unknown): unknown {
  const text = textOf(cell);
  // Most rows have no issues. To parse an empty text and catch the error takes longer than to read the rest of the row.
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
