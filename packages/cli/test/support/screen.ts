import { secret } from './command.ts';
import { inTerminal, type TerminalOptions } from './terminal.ts';

/** What a command has shown on a terminal, and how it has ended. */
export interface Shown {
  readonly code: number | null;
  /** As it came, escape sequences and all. */
  readonly screen: string;
}

/** Runs the command in a real terminal, to its end, with a secret in its environment. */
export async function shown(args: readonly string[], options: TerminalOptions = {}): Promise<Shown> {
  const env = { SPIDERFOOT_WEBHOOK_SECRET: secret, ...options.env };
  const program = inTerminal(args, { ...options, env });
  const { code } = await program.end();
  return { code, screen: program.output };
}
