/**
 * Runs the crash tests for longer:
 *
 *     npm run crash -- --minutes 10 --engine sqlite|postgres|bullmq
 *
 * To repeat a failed run, pass its seed with `--seed`.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    engine: { type: 'string', default: 'sqlite' },
  },
});
const file = values.engine === 'sqlite' ? 'crash' : 'shared-kills';
const vitest = [
  'vitest',
  'run',
  `test/crash/${file}.test.ts`,
  '-t',
  'repeated SIGKILL',
  '--disable-console-intercept',
];
const env = {
  ...process.env,
  CRASH_MINUTES: values.minutes,
  ...(file !== 'crash' && { CRASH_ENGINE: values.engine }),
  ...(values.seed !== undefined && { CRASH_SEED: values.seed }),
};
spawn('npx', vitest, { cwd: fileURLToPath(new URL('../../', import.meta.url)), env, stdio: 'inherit' }).once(
  'exit',
  (code) => {
    process.exitCode = code ?? 1;
  },
);
