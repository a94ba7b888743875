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
const isShared = values.engine !== 'sqlite';
const files = isShared ? ['shared-kills', 'shared-outages'] : ['crash'];
const vitest = [
  'vitest',
  'run',
  ...files.map((file) => `test/crash/${file}.test.ts`),
  '-t',
  'repeated SIGKILL|is paused',
  '--disable-console-intercept',
];
const env = {
  ...process.env,
  CRASH_MINUTES: values.minutes,
  ...(isShared && { CRASH_ENGINE: values.engine }),
  ...(values.seed !== undefined && { CRASH_SEED: values.seed }),
};
spawn('npx', vitest, { cwd: fileURLToPath(new URL('../../', import.meta.url)), env, stdio: 'inherit' }).once(
  'exit',
  (code) => {
    process.exitCode = code ?? 1;
  },
);
