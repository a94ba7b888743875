import { secret } from './command.ts';
import { inTerminal, type TerminalOptions } from './terminal.ts';

/** The result of a command that ran in a terminal. */
export interface Shown {
  readonly code: number | null;
  /** The output, including escape sequences. */
  readonly screen: string;
}

/** Run the command in a real terminal, with a secret in its environment, and wait for its end. */
export async function shown(args: readonly string[], options: TerminalOptions = {}): Promise<Shown> {
  const env = { SPIDERFOOT_WEBHOOK_SECRET: secret, ...options.env };
  const program = inTerminal(args, { ...options, env });
  const { code } = await program.end();
  return { code, screen: program.output };
}
