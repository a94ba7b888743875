/**
 * The crash tests for longer: `npm run crash -- --minutes 10`, and `--seed` with what a failed run has told.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
});
const vitest = [
  'vitest',
  'run',
  'test/crash/crash.test.ts',
  '-t',
  'again and again',
  '--disable-console-intercept',
];
const env = {
  ...process.env,
  CRASH_MINUTES: values.minutes,
  ...(values.seed !== undefined && { CRASH_SEED: values.seed }),
};
spawn('npx', vitest, { cwd: fileURLToPath(new URL('../../', import.meta.url)), env, stdio: 'inherit' }).once(
  'exit',
  (code) => {
    process.exitCode = code ?? 1;
  },
);
