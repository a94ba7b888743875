import { outColours } from '../terminal/color.ts';
import { printable } from '../terminal/text.ts';
import { wrapped } from '../terminal/wrap.ts';
import type { Finding } from './finding.ts';

const colours = {
  ok: outColours.green,
  warn: outColours.yellow,
  fail: outColours.red,
  skip: outColours.dim,
} as const satisfies Record<Finding['verdict'], (text: string) => string>;

/** Columns before what was seen. */
const indent = 16;

/** A finding: the verdict, the check, what was seen, and below it the mend. */
export function findingLines({ check, verdict, seen, mend }: Finding, width: number): readonly string[] {
  const [first = '', ...further] = wrapped(printable(seen), width - indent);
  const head = `${colours[verdict](verdict.padEnd(5))} ${check.padEnd(indent - 6)}${first}`;
  const mending = mend === undefined ? [] : wrapped(printable(mend), width - indent).map(outColours.dim);
  return [head, ...[...further, ...mending].map((line) => `${' '.repeat(indent)}${line}`)];
}
