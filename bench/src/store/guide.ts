import { execFileSync, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Target } from '../http/load.ts';
import { secret } from '../support/bodies.ts';
import { temporaryFile } from '../support/files.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/**
 * Start the guide's Flask receiver under gunicorn with two workers.
 * @returns `undefined` if gunicorn with Flask is not installed
 */
export async function startGuide(port: number): Promise<Target | undefined> {
  if (!isInstalled()) return undefined;
  const child = spawn(
    'gunicorn',
    [
      '--workers',
      '2',
      // This worker class keeps connections alive.
      '--worker-class',
      'gthread',
      '--threads',
      '8',
      '--bind',
      `127.0.0.1:${port}`,
      '--keep-alive',
      '60',
      '--log-level',
      'error',
      '--chdir',
      folder,
      'guide_receiver:app',
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, SPIDERFOOT_WEBHOOK_SECRET: secret, SPIDERFOOT_WEBHOOK_DB: temporaryFile() },
    },
  );
  while (!(await connects(port))) await new Promise((resolve) => setTimeout(resolve, 100));
  const name = "the guide's, on gunicorn";
  return { name, port, cpu: async () => Number.NaN, stop: () => void child.kill() };
}

function isInstalled(): boolean {
  try {
    execFileSync('gunicorn', ['--check-config', '--chdir', folder, 'guide_receiver:app'], {
      stdio: 'ignore',
      env: { ...process.env, SPIDERFOOT_WEBHOOK_SECRET: secret, SPIDERFOOT_WEBHOOK_DB: ':memory:' },
    });
    return true;
  } catch {
    return false;
  }
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.destroy()).once('error', () => resolve(false));
    socket.once('close', () => resolve(true));
  });
}
