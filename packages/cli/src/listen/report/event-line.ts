import type { Severity } from '@spiderfoot-webhooks/core/events';
import { outColors } from '../../terminal/color.ts';
import { printable } from '../../terminal/printable.ts';
import { type Column, lineOf } from '../../terminal/table.ts';
import { clockTime } from '../../time/time-values.ts';
import type { ProblemRow, Row } from './event-row.ts';

const severityColors = {
  CRITICAL: (text) => outColors.bold(outColors.red(text)),
  HIGH: outColors.red,
  MEDIUM: outColors.yellow,
  LOW: outColors.cyan,
  INFO: outColors.dim,
  REJECTED: outColors.yellow,
  FAILED: (text) => outColors.bold(outColors.red(text)),
} as const satisfies Record<Severity | ProblemRow['severity'], (text: string) => string>;

type Line = Row | ProblemRow;

const time: Column<Line> = {
  title: 'time',
  text: (line) => clockTime(line.time),
  color: outColors.dim,
  usual: 8,
  rank: 3,
};
const warning: Column<Line> = { title: '', text: () => 'UNVERIFIED', color: outColors.yellow };
const severity: Column<Line> = {
  title: 'severity',
  // Pad the text itself, so that the next column is aligned on any screen.
  text: (line) => line.severity.padEnd(8),
  color: (text, line) => severityColors[line.severity](text),
  rank: 5,
};
const duration: Column<Line> = { title: 'ms', text: durationOf, color: outColors.dim, usual: 7, rank: 2 };
const problem: Column<ProblemRow> = {
  title: 'problem',
  text: (row) => printable(row.problem),
  usual: 40,
  least: 12,
};

/** Never left out: without this column, a failure would look like a success. */
const outcome: Column<Row> = { title: 'outcome', text: (row) => row.outcome, usual: 9 };

/** The minimum number of columns at which types, targets and scans get their usual width. */
const wide = 100;

function eventColumns(isWide: boolean): readonly Column<Row>[] {
  return [
    { title: 'type', text: (row) => printable(row.type), usual: isWide ? 22 : 15, least: 12, rank: 6 },
    {
      title: 'target',
      text: (row) => printable(row.target),
      usual: isWide ? 24 : 11,
      most: 32,
      least: 8,
      rank: 4,
    },
    {
      title: 'scan',
      text: (row) => printable(row.scan),
      color: outColors.dim,
      usual: isWide ? 14 : 10,
      most: 16,
      least: 8,
      rank: 1,
    },
  ];
}

function endpointColumn(width: number): Column<Line> {
  return {
    title: 'endpoint',
    text: ({ endpoint = '' }) => printable(endpoint),
    usual: width,
    least: 8,
    rank: 7,
  };
}

function durationOf({ ms }: Line): string {
  if (ms === undefined) return '';
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** The style of the lines. */
export interface LineStyle {
  /** Whether each line begins with a warning that signatures are not checked. */
  readonly insecure: boolean;
  /** The names of the endpoints. Lines show the name if there are several endpoints. */
  readonly endpoints: readonly string[];
}

/**
 * Format a row as one line. If it does not fit, texts are cut and columns are left out, the least important first.
 * @param width columns of the screen
 */
export function eventLine(line: Line, { insecure, endpoints }: LineStyle, width: number): string {
  const longest = endpoints.reduce((most, name) => Math.max(most, name.length), 0);
  const begin: readonly Column<Line>[] = [
    ...(insecure ? [warning] : []),
    time,
    severity,
    ...(endpoints.length > 1 ? [endpointColumn(Math.min(longest, 20))] : []),
  ];
  if ('problem' in line) return lineOf<ProblemRow>([...begin, problem, duration], line, width);
  return lineOf<Row>([...begin, ...eventColumns(width >= wide), outcome, duration], line, width);
}
