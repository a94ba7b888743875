/**
 * Runs the suites on every runtime, prints a table, and ends with `N passed, N failed, N skipped`. docs/runtimes.md describes
 * the coverage. With arguments, it runs only suites whose names contain one of them: `npm run test:runtimes -- Bun Deno`.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { versionOf } from './binaries.ts';
import { type Counts, readCounts, sumOf } from './counts.ts';
import { commandOf, runtimes } from './matrix.ts';
import { type Row, tableOf } from './table.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A suite is killed after this number of milliseconds. */
const timeout = 600_000;

const started = performance.now();

interface Job {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Runs a command to its end. Prints its output only if it failed. */
function run({ name, command, args }: Job): Promise<Counts> {
  const since = performance.now();
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A new process group, so that the child processes of a hanging suite are killed too.
      detached: true,
    });
    let output = '';
    const timer = setTimeout(() => {
      output += `${name} hangs: killed after ${timeout / 1000} s.\n`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeout);
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

/** The suites that take longest. They start first, so that none of them runs alone at the end. */
const longest = ['Bun, conformance', 'Node 26, SQLite', 'Node 26, conformance'];

/**
 * Runs three suites concurrently: each spends most of its time in one process, and a third of that time waits for the disk
 * or a timer.
 */
async function runAll(jobs: readonly Job[]): Promise<readonly Counts[]> {
  const results: Counts[] = [];
  const isLong = ([, { name }]: [number, Job]) => longest.includes(name);
  const left = [...jobs.entries()].toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  async function work(): Promise<void> {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, job] = next;
      results[index] = await run(job);
    }
  }
  await Promise.all([work(), work(), work()]);
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
const words = process.argv.slice(2).map((word) => word.toLowerCase());
if (words.length > 0) {
  const isSelected = ({ name }: Job) => words.some((word) => name.toLowerCase().includes(word));
  const some = await runAll([servers, ...onRuntimes].filter(isSelected));
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
