import type { Command, Option } from 'commander';

/** A command as a shell completes it. */
export interface Node {
  /** The names that lead to it: `log list`, and nothing for the program. */
  readonly path: string;
  /** Commands below it, or what its argument can be. */
  readonly words: readonly Word[];
  readonly options: readonly OptionWord[];
}

/** A word that can be completed, and what it does. */
interface Word {
  readonly name: string;
  readonly about: string;
}

export interface OptionWord {
  readonly about: string;
  /** With its dashes. */
  readonly flags: readonly string[];
  readonly takesValue: boolean;
  /** What the value can be; `undefined` for anything, such as a file. */
  readonly choices: readonly string[] | undefined;
}

/** All commands, from the program down. */
export function commandNodes(program: Command): readonly Node[] {
  return collect(program, '');
}

function collect(command: Command, path: string): readonly Node[] {
  const help = command.createHelp();
  const commands = help
    .visibleCommands(command)
    .map((each) => ({ name: each.name(), about: oneLine(help.subcommandDescription(each)) }));
  const choices = command.registeredArguments.flatMap(({ argChoices = [], description }) =>
    argChoices.map((name) => ({ name, about: oneLine(description) })),
  );
  const node: Node = {
    path,
    words: [...commands, ...choices],
    options: help.visibleOptions(command).map(optionWord),
  };
  const children = command.commands.flatMap((each) => collect(each, `${path} ${each.name()}`.trimStart()));
  return [node, ...children];
}

function optionWord({ short, long, description, required, optional, argChoices }: Option): OptionWord {
  return {
    about: oneLine(description),
    flags: [short, long].filter((flag) => flag !== undefined),
    takesValue: required || optional,
    choices: argChoices,
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
