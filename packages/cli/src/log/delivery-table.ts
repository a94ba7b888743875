import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import { outColors } from '../terminal/color.ts';
import { printable } from '../terminal/printable.ts';
import { type Column, lineOf, tableLines } from '../terminal/table.ts';
import { dayAndTime } from '../time/time-values.ts';
import { offsetText, timeZone } from '../time/time-zone.ts';

type RecordColumn = Column<DeliveryRecord>;

const received: RecordColumn = {
  title: 'received',
  text: ({ receivedAt }) => dayAndTime(receivedAt),
  usual: 19,
  rank: 3,
};

/** The least important column has the lowest rank. The key and the state are always shown. */
const columns = (time: RecordColumn): readonly RecordColumn[] => [
  { title: 'key', text: ({ key }) => printable(key), usual: 4 },
  time,
  {
    title: 'state',
    text: ({ state }) => printable(state),
    usual: 9,
    color: (text, { state }) => stateColor(state)(text),
  },
  { title: 'type', text: ({ eventType: type }) => printable(type), usual: 22, most: 28, least: 12, rank: 6 },
  {
    title: 'target',
    text: ({ target }) => printable(target ?? ''),
    usual: 24,
    most: 32,
    least: 8,
    rank: 2,
  },
  { title: 'scan', text: ({ scanId }) => printable(scanId ?? ''), usual: 14, most: 24, least: 8, rank: 1 },
  { title: 'attempts', text: ({ attempts }) => String(attempts), usual: 8, rank: 4 },
  { title: 'remark', text: remarkOf, most: 30, least: 10, rank: 5 },
];

/** Format deliveries as a table, newest first. The title names the time zone. */
export function recordLines(records: readonly DeliveryRecord[], width: number): readonly string[] {
  const titled = { ...received, title: `received (${timeZone()})` };
  return tableLines(columns(titled), records, width, outColors.dim);
}

/** Format one delivery as a line, for output line by line. Its time includes the offset. */
export function recordLine(record: DeliveryRecord, width: number): string {
  const withOffset: RecordColumn = {
    ...received,
    text: ({ receivedAt }) => `${dayAndTime(receivedAt)}${offsetText(receivedAt)}`,
  };
  return lineOf(columns(withOffset), record, width);
}

/** Return the reason for a delivery's state, if there is one. */
function remarkOf({ code, error, state, nextAttempt }: DeliveryRecord): string {
  if (code !== undefined) return code;
  if (error !== undefined) return printable(error);
  if (state === 'queued' && nextAttempt !== undefined && nextAttempt.getTime() > Date.now())
    return `due ${dayAndTime(nextAttempt)}${offsetText(nextAttempt)}`;
  return '';
}

export function stateColor(state: string): (text: string) => string {
  switch (state) {
    case 'processed':
      return outColors.green;
    case 'failed':
    case 'dead':
      return outColors.red;
    case 'rejected':
      return outColors.yellow;
    case 'ignored':
      return outColors.dim;
    default:
      return outColors.cyan;
  }
}
