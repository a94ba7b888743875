import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, run } from '../../../../test/product/support/program.ts';
import { root } from '../../../../test/product/support/workspace.ts';

/** The built program: `npm test` builds it first. */
export const binary = join(root, 'packages/cli/dist/main.js');

/** The working directory of tests that name none. It is empty, so that no saved secret or configuration is found. */
export const emptyFolder = mkdtempSync(join(tmpdir(), 'spiderfoot-empty-'));
process.on('exit', () => rmSync(emptyFolder, { recursive: true }));

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** Run the command as a process, and wait for its end. */
export function spiderfoot(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return run(process.execPath, [binary, ...args], { cwd: emptyFolder, ...options });
}

export const secret = 'cli-s3cret';

/** Run the command with {@link secret} in its environment. */
export function withSecret(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return spiderfoot(args, { ...options, env: { SPIDERFOOT_WEBHOOK_SECRET: secret, ...options.env } });
}

/** Run a program, and return its output. Throws if the program fails. */
export async function output(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, lines, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${stderr}`);
  return lines.join('\n');
}
