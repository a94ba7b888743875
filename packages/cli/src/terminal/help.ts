import type { Command, HelpConfiguration } from 'commander';
import { exitCodes } from '../failure/exit-codes.ts';
import { outColors } from './color.ts';

/** How help looks. Commander leaves the styles out where the output is no terminal. */
export const helpStyle: HelpConfiguration = {
  styleTitle: (text) => outColors.bold(text),
  styleCommandText: (text) => outColors.cyan(text),
  styleSubcommandText: (text) => outColors.cyan(text),
  styleOptionText: (text) => outColors.cyan(text),
  // The list of options takes some thirty columns; narrower than this, a line of its own is all that helps.
  minWidthToWrap: 16,
};

/** A command line, and what it does. */
export type Example = readonly [line: string, what: string];

/**
 * End a command's help with examples and the exit codes.
 * @param examples without the program's name: `['send scan_failed', 'One event']`
 */
export function addExamples(command: Command, examples: readonly Example[]): Command {
  const lines = examples.map(([line, what]) => `  # ${what}\n  spiderfoot-webhooks ${line}\n`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n${exitCodes}`);
}
