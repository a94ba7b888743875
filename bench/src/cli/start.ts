import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Progress } from '../report/progress.ts';
import { ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';

/** The time that a command takes to print its help, from the start of the process to its exit. */
export interface CliResult {
  /** The command line without `--help`. */
  readonly name: string;
  /** Milliseconds. */
  readonly time: Series;
  /** Its time over that of `node -e ''`, round by round. */
  readonly overNode: Series;
  /** Milliseconds beyond 1.5 times the time of `node -e ''`, round by round. The target is at most 100. */
  readonly beyond: Series;
}

const program = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));

const commands = [
  ...['listen', 'send', 'sign', 'verify', 'diagnose', 'log', 'replay', 'prune', 'tail', 'init', 'doctor'],
  'completion',
];

interface Start {
  readonly name: string;
  readonly args: readonly string[];
  /** Milliseconds of each round. */
  readonly times: number[];
}

/** Measure the start of Node alone, and of each command with `--help`. */
export async function measureCli(rounds: number, progress: Progress): Promise<CliResult[]> {
  const node: Start = { name: 'node', args: ['-e', ''], times: [] };
  const helps = ['', ...commands].map((name): Start => {
    const args = [program, ...(name === '' ? [] : [name]), '--help'];
    return { name: ['spiderfoot-webhooks', name].join(' ').trim(), args, times: [] };
  });
  for (let round = -1; round < rounds; round++) {
    progress.report(`cli: round ${Math.max(1, round + 1)} of ${rounds}`);
    for (const { args, times } of shuffled([node, ...helps])) {
      const time = await timeOf(args);
      // The first round only warms the file cache.
      if (round >= 0) times.push(time);
    }
  }
  return helps.map(({ name, times }) => ({
    name,
    time: seriesOf(times),
    overNode: ratiosOf(times, node.times),
    beyond: seriesOf(times.map((time, round) => time - 1.5 * (node.times[round] ?? Number.NaN))),
  }));
}

const runFile = promisify(execFile);

async function timeOf(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await runFile(process.execPath, args);
  return performance.now() - start;
}
