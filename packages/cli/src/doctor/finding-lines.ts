import { outColors } from '../terminal/color.ts';
import { printable } from '../terminal/printable.ts';
import { wrapped } from '../terminal/text.ts';
import type { Finding } from './finding.ts';

const colors = {
  ok: outColors.green,
  warn: outColors.yellow,
  fail: outColors.red,
  skip: outColors.dim,
} as const satisfies Record<Finding['verdict'], (text: string) => string>;

/** The number of columns before the observation. */
const indent = 16;

/** Format a finding: the verdict, the check and the observation, with the fix below. */
export function findingLines({ check, verdict, seen, fix }: Finding, width: number): readonly string[] {
  const [first = '', ...further] = wrapped(printable(seen), width - indent);
  const head = `${colors[verdict](verdict.padEnd(5))} ${check.padEnd(indent - 6)}${first}`;
  const fixLines = fix === undefined ? [] : wrapped(printable(fix), width - indent).map(outColors.dim);
  return [head, ...[...further, ...fixLines].map((line) => `${' '.repeat(indent)}${line}`)];
}
