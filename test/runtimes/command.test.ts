import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Program, run } from '../product/support/program.ts';
import { root } from '../product/support/workspace.ts';
import { pathOf } from './binaries.ts';

const main = join(root, 'packages/cli/dist/main.js');

const commands = [
  ['Bun', 'bun', []],
  ['Deno', 'deno', ['run', '--allow-all']],
  ['Node 22.14', 'node22-14', []],
  ['Node 26', 'node26', []],
] as const;

describe.each(commands)('The command on %s', (_, binary, before) => {
  it('the command receives an event that it has sent, stores it in SQLite, lists it and replays it', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'spiderfoot-command-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    writeFileSync(join(cwd, 'secret.txt'), 'command-s3cret');
    const secret = ['--secret-file', 'secret.txt'];
    const command = (...args: string[]) => run(pathOf(binary), [...before, main, ...args], { cwd });

    const listen = ['listen', '--port', '0', '--store', 'webhooks.db', '--queue', ...secret];
    const listening = new Program(pathOf(binary), [...before, main, ...listen], { cwd });
    onTestFinished(() => listening.kill());
    const [, url = ''] = await listening.says(/^listening on (\S+)$/m);
    expect(await command('send', 'scan_completed', '--url', url, ...secret)).toMatchObject({ code: 0 });
    // A receiver that accepts a forged signature would make the command fail.
    expect(await command('send', 'scan_completed', '--url', url, '--wrong-secret', ...secret)).toMatchObject({
      code: 0,
    });
    const rejected = await command(
      'send',
      'scan_completed',
      '--url',
      'http://127.0.0.1:9/webhook',
      ...secret,
    );
    expect(rejected.code).toBe(1);
    expect(await command('log', '--store', 'webhooks.db')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/scan_completed.*example\.com/),
    });
    expect(await command('replay', '1', '--store', 'webhooks.db')).toMatchObject({ code: 0 });
    listening.signal('SIGTERM');
    expect(await listening.end()).toEqual({ code: 0, signal: null });
  });
});
