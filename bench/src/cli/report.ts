import { number, ratio, table } from '../report/tables.ts';
import type { CliResult } from './start.ts';

const intro = `## Startup time of the command

Milliseconds from the start of a process to its exit for \`--help\`, and the ratio to \`node -e ''\`, which starts Node and does
nothing. "Beyond" is the time that exceeds 1.5 times that of \`node -e ''\`. It should be at most 100 ms.`;

export function cliParts(results: readonly CliResult[]): string[] {
  const rows = results.map(({ name, time, overNode, beyond }) => [
    `\`${name} --help\``,
    number(time.median),
    ratio(overNode),
    number(beyond.median),
  ]);
  return [intro, table(['', 'ms', "× `node -e ''`", 'beyond, ms'], rows)];
}
