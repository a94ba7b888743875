/**
 * Runs the suites on every runtime, prints a table, and closes with `N passed, N failed, N skipped`. docs/runtimes.md says
 * what is covered. With arguments, only the suites whose names contain one of them run: `npm run test:runtimes -- Bun Deno`.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { versionOf } from './binaries.ts';
import { type Counts, readCounts, sumOf } from './counts.ts';
import { commandOf, runtimes } from './matrix.ts';
import { type Row, tableOf } from './table.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A suite that hangs is ended after this many milliseconds. */
const patience = 600_000;

const started = performance.now();

interface Job {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Runs a command to its end. Prints what it wrote only if it failed. */
function run({ name, command, args }: Job): Promise<Counts> {
  const since = performance.now();
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that the processes of a suite that hangs end with it.
      detached: true,
    });
    let output = '';
    const timer = setTimeout(() => {
      output += `${name} hangs: ended after ${patience / 1000} s.\n`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, patience);
    const keep = (text: Buffer) => {
      output += text;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => {
      output += error.message;
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== null) output += `${name} ended by ${signal}.\n`;
      const counts = readCounts(output, code);
      if (counts.failed > 0) console.log(output.replaceAll(/^(?=\d+ passed, )/gm, `${name}: `));
      const seconds = Math.round((performance.now() - since) / 1000);
      const { passed, failed, skipped } = counts;
      console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds} s)`);
      resolve(counts);
    });
  });
}

/** Runs two at a time, because most of a suite's time is spent in one process. */
async function runAll(jobs: readonly Job[]): Promise<readonly Counts[]> {
  const results: Counts[] = [];
  const left = [...jobs.entries()];
  async function work(): Promise<void> {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, job] = next;
      results[index] = await run(job);
    }
  }
  await Promise.all([work(), work()]);
  return results;
}

const onRuntimes = runtimes.flatMap((runtime) =>
  [...runtime.suites.keys()].map((suite) => ({
    name: `${runtime.name}, ${suite}`,
    ...commandOf(runtime, suite),
  })),
);
const own = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/runtimes/vitest.config.ts'];
const servers = { name: 'Servers and tools on each runtime', command: process.execPath, args: own };
const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
if (wanted.length > 0) {
  const isWanted = ({ name }: Job) => wanted.some((word) => name.toLowerCase().includes(word));
  const some = await runAll([servers, ...onRuntimes].filter(isWanted));
  const total = sumOf(some);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(total.failed === 0 ? 0 : 1);
}

const [others = readCounts('', 1), ...counts] = await runAll([servers, ...onRuntimes]);

const left = [...counts];
const rows: readonly Row[] = runtimes.map(({ name, binary, suites }) => ({
  name,
  version: versionOf(binary),
  counts: new Map([...suites.keys()].map((suite) => [suite, left.shift()])),
}));
const table = tableOf(rows, versionOf('workerd'), others);
console.log(`\n${table}`);
console.log(`Total time: ${Math.round((performance.now() - started) / 1000)} s.`);

const { passed, failed, skipped } = sumOf([...counts, others]);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
