import type { Severity } from '@spiderfoot-webhooks/core';
import { clockTime } from '../log/moment.ts';
import { outColours } from '../terminal/colour.ts';
import { type Column, lineOf } from '../terminal/table.ts';
import { printable } from '../terminal/text.ts';
import type { Row, Trouble } from './row.ts';

const severityColours = {
  CRITICAL: (text) => outColours.bold(outColours.red(text)),
  HIGH: outColours.red,
  MEDIUM: outColours.yellow,
  LOW: outColours.cyan,
  INFO: outColours.dim,
  REFUSED: outColours.yellow,
  FAILED: (text) => outColours.bold(outColours.red(text)),
} as const satisfies Record<Severity | Trouble['severity'], (text: string) => string>;

type Line = Row | Trouble;

const time: Column<Line> = { title: 'time', text: (line) => clockTime(line.time), colour: outColours.dim };
const warning: Column<Line> = { title: '', text: () => 'UNVERIFIED', colour: outColours.yellow };
const severity: Column<Line> = {
  title: 'severity',
  text: (line) => line.severity,
  colour: (text, line) => severityColours[line.severity](text),
};
const what: Column<Trouble> = { title: 'what', text: (trouble) => printable(trouble.what) };
const type: Column<Row> = { title: 'type', text: (row) => printable(row.type) };
const target: Column<Row> = { title: 'target', text: (row) => printable(row.target) };
const scan: Column<Row> = { title: 'scan', text: (row) => printable(row.scan), colour: outColours.dim };
const outcome: Column<Row> = { title: 'outcome', text: (row) => row.outcome };
const duration: Column<Line> = { title: 'ms', text: durationOf, colour: outColours.dim };

function durationOf({ ms }: Line): string {
  if (ms === undefined) return '';
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** Columns that all but the target and the scan take, with the gaps. */
const taken = 66;

/** Columns from which on there is room for the scan beside the target. */
const wide = 34;

type Cell<Shown> = readonly [column: Column<Shown>, width: number];

/**
 * What has happened, in a line.
 * @param insecure whether the line says that no signature was checked
 * @param width columns of the screen
 */
export function shownLine(line: Line, insecure: boolean, width: number): string {
  const room = width - taken - (insecure ? 12 : 0);
  const begin: readonly Cell<Line>[] = [
    ...(insecure ? [[warning, 10] as const] : []),
    [time, 8],
    [severity, 8],
  ];
  if ('what' in line)
    return lineFrom([...begin, [what, Math.min(66, room + 32)], [duration, 8]], line, width);
  const targetWidth = Math.max(8, Math.min(room < wide ? room : room - 18, 32));
  const scanCell: readonly Cell<Row>[] = room < wide ? [] : [[scan, 16]];
  const cells: readonly Cell<Row>[] = [
    [type, 21],
    [target, targetWidth],
    ...scanCell,
    [outcome, 9],
    [duration, 8],
  ];
  return lineFrom([...begin, ...cells], line, width);
}

function lineFrom<Shown>(cells: readonly Cell<Shown>[], line: Shown, width: number): string {
  const columns = cells.map(([column]) => column);
  return lineOf(
    columns,
    line,
    cells.map(([, columnWidth]) => columnWidth),
    width,
  );
}
