import { columnsOf } from '../terminal/width.ts';

/** Columns that a line may have: a terminal's, and as many as it takes where another program reads. */
export function lineWidth(): number {
  return process.stdout.isTTY ? columnsOf() : Number.POSITIVE_INFINITY;
}
