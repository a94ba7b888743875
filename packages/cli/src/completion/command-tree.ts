import type { Command, Option } from 'commander';
import { optionValues, typeNames } from './known-values.ts';

/** A command that can be completed, with its words and options. */
export interface Node {
  /** The names of the command and its parents, such as `log list`. Empty for the program. */
  readonly path: string;
  /** The subcommands, or the choices of the argument. */
  readonly words: readonly Word[];
  readonly options: readonly OptionWord[];
}

/** A word that can be completed, with its description. */
interface Word {
  readonly name: string;
  readonly about: string;
}

export interface OptionWord {
  readonly about: string;
  /** The flags with their dashes. */
  readonly flags: readonly string[];
  readonly takesValue: boolean;
  /** The choices of the value. `undefined` for any value, such as a file. */
  readonly choices: readonly string[] | undefined;
}

/** Return the program and all its commands. */
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
  const types = command.registeredArguments.some((argument) => argument.name() === 'type') ? typeNames() : [];
  const node: Node = {
    path,
    words: [...commands, ...choices, ...types.map((name) => ({ name, about: 'event type' }))],
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
    choices: argChoices ?? optionValues(long),
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
