import type { Command, HelpConfiguration } from 'commander';
import { exitCodes } from '../failure/exit-codes.ts';
import { outColors } from './color.ts';

/** The style of help. Commander omits the styles if the output is not a terminal. */
export const helpStyle: HelpConfiguration = {
  styleTitle: (text) => outColors.bold(text),
  styleCommandText: (text) => outColors.cyan(text),
  styleSubcommandText: (text) => outColors.cyan(text),
  styleOptionText: (text) => outColors.cyan(text),
  // The names of options take about thirty columns. Descriptions are wrapped even in the narrow space next to them.
  minWidthToWrap: 16,
};

/** A command line, with its description. */
export type Example = readonly [line: string, description: string];

/**
 * Add examples and the exit codes to the end of a command's help.
 * @param examples command lines without the name of the program: `['send scan_failed', 'One event']`
 */
export function addExamples(command: Command, examples: readonly Example[]): Command {
  const lines = examples.map(([line, description]) => `  # ${description}\n  spiderfoot-webhooks ${line}\n`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n${exitCodes}`);
}
