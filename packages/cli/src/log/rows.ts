import type { DeliveryRecord } from '@spiderfoot-webhooks/sqlite';
import { outColours } from '../terminal/colour.ts';
import { type Column, lineOf, tableLines } from '../terminal/table.ts';
import { printable } from '../terminal/text.ts';
import { dayAndTime } from './moment.ts';

const columns: readonly Column<DeliveryRecord>[] = [
  { title: 'no.', text: ({ number }) => String(number) },
  { title: 'received', text: ({ receivedAt }) => dayAndTime(receivedAt) },
  { title: 'state', text: ({ state }) => state, colour: (text, { state }) => stateColour(state)(text) },
  { title: 'type', text: ({ type }) => printable(type), most: 28 },
  { title: 'target', text: ({ target }) => printable(target ?? ''), most: 32 },
  { title: 'scan', text: ({ scanId }) => printable(scanId ?? ''), most: 24 },
  { title: 'tries', text: ({ attempts }) => String(attempts) },
  { title: 'remark', text: remarkOf },
];

/** Deliveries as a table, newest first. */
export function recordLines(records: readonly DeliveryRecord[], width: number): readonly string[] {
  return tableLines(columns, records, width, outColours.dim);
}

/** The widths that the columns have in a line of its own, when what comes later is not known yet. */
const usual: readonly number[] = [6, 19, 9, 24, 24, 14, 5];

/** One delivery as a line, for where lines come one by one. */
export function recordLine(record: DeliveryRecord, width: number): string {
  return lineOf(columns, record, usual, width);
}

/** Why a delivery stands as it does, where that is worth a word. */
function remarkOf({ code, error, state, nextAttempt }: DeliveryRecord): string {
  if (code !== undefined) return code;
  if (error !== undefined) return printable(error);
  if (state === 'queued' && nextAttempt !== undefined && nextAttempt.getTime() > Date.now())
    return `due ${dayAndTime(nextAttempt)}`;
  return '';
}

export function stateColour(state: string): (text: string) => string {
  switch (state) {
    case 'processed':
      return outColours.green;
    case 'failed':
    case 'dead':
      return outColours.red;
    case 'rejected':
      return outColours.yellow;
    case 'ignored':
      return outColours.dim;
    default:
      return outColours.cyan;
  }
}

/** A delivery as the lines of `--json` have it. */
export function toJson(record: DeliveryRecord): object {
  const { receivedAt, nextAttempt, scanId, ...rest } = record;
  return {
    ...rest,
    receivedAt: receivedAt.toISOString(),
    nextAttempt: nextAttempt?.toISOString(),
    scanId,
  };
}
