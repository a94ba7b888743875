import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';
import { Program } from '../../../../test/product/support/program.ts';
import { binary } from './command.ts';

const script = fileURLToPath(new URL('terminal.py', import.meta.url));

export interface TerminalOptions {
  /** @default 80 */
  readonly columns?: number;
  /** The text to type after another text was shown. */
  readonly answers?: readonly (readonly [shown: string, typed: string])[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Start the command in a real terminal. Its screen is the program's standard output. It is killed when the test ends. */
export function inTerminal(
  args: readonly string[],
  { columns = 80, answers = [], env = {} }: TerminalOptions = {},
): Program {
  const all = [script, String(columns), JSON.stringify(answers), process.execPath, binary, ...args];
  const program = new Program('python3', all, { env: { TERM: 'xterm-256color', PAGER: '', ...env } });
  onTestFinished(() => program.kill());
  return program;
}

/** Return lines without their colors. */
export function plain(lines: readonly string[]): readonly string[] {
  return lines.map((line) => stripVTControlCharacters(line).replace(/\r$/, ''));
}

/** Return the characters of an output that control a terminal or change the direction of text, without line feeds. */
export function controlCharacters(output: string): readonly string[] {
  return output.match(/(?!\n)[\p{Cc}\u202a-\u202e]/gu) ?? [];
}
