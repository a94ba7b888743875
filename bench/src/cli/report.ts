import { number, ratio, table } from '../report/tables.ts';
import type { CliResult } from './start.ts';

const intro = `## The command's start

Milliseconds from the start of a process to its end, for \`--help\`, and as a ratio to \`node -e ''\`. Beyond: what it takes more
than one and a half times that; 100 ms at most is what is wanted.`;

export function cliParts(results: readonly CliResult[]): string[] {
  if (results.length === 0) return [];
  const rows = results.map(({ name, time, overNode, beyond }) => [
    `\`${name} --help\``,
    number(time.median),
    ratio(overNode),
    number(beyond.median),
  ]);
  return [intro, table(['', 'ms', "× `node -e ''`", 'beyond, ms'], rows)];
}
