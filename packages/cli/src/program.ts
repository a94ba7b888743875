import { Command, CommanderError } from 'commander';
import { exitCodes } from './failure/exit-codes.ts';
import { reportFailure } from './failure/failure.ts';
import { printError, printErrorsAsJson, styledError } from './failure/print-error.ts';
import { helpStyle } from './terminal/help.ts';
import { allowEarlyClose } from './terminal/output.ts';
import { printableLines } from './terminal/printable.ts';
import { hidePasswords } from './terminal/process-title.ts';
import { version } from './version.ts';

/** An entry in the list of commands. The module is loaded only when the command runs or its help is shown. */
interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Load the module. Its `command` function gets a function that creates the program with all commands. */
  readonly load: () => Promise<{ readonly command: (createFullProgram: () => Promise<Command>) => Command }>;
}

/** All commands, in the order in which help lists them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'listen',
    summary: 'receive webhooks and show them, without writing code',
    load: () => import('./commands/listen.ts'),
  },
  {
    name: 'send',
    summary: 'send signed events as SpiderFoot does, or with a fault',
    load: () => import('./commands/send.ts'),
  },
  { name: 'sign', summary: 'sign a body', load: () => import('./commands/sign.ts') },
  {
    name: 'verify',
    summary: 'check the signature of a body',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'diagnose',
    summary: 'find out why a signature does not match',
    load: () => import('./commands/diagnose.ts'),
  },
  {
    name: 'log',
    summary: 'list, show, count and export deliveries',
    load: () => import('./commands/log.ts'),
  },
  {
    name: 'replay',
    summary: 'run the handlers of deliveries again',
    load: () => import('./commands/replay.ts'),
  },
  { name: 'prune', summary: 'delete old deliveries', load: () => import('./commands/prune.ts') },
  {
    name: 'copy',
    summary: 'copy the deliveries of a store to PostgreSQL',
    load: () => import('./commands/copy.ts'),
  },
  {
    name: 'migrate',
    summary: 'create or update the tables of a store',
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'tail',
    summary: 'show the latest deliveries, and follow new ones',
    load: () => import('./commands/tail.ts'),
  },
  {
    name: 'inspect',
    summary: 'show, search and replay deliveries on a web page',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'init',
    summary: 'write a minimal receiver: express, koa or hono',
    load: () => import('./commands/init.ts'),
  },
  { name: 'doctor', summary: 'check a running receiver', load: () => import('./commands/doctor.ts') },
  {
    name: 'completion',
    summary: 'write completions for bash, zsh or fish',
    load: () => import('./commands/completion.ts'),
  },
];

/**
 * Create the program with its commands.
 * @param isLoaded whether to load a command. A command that is not loaded has only a name and a summary
 * @param isJson whether errors are printed as JSON, by {@link runProgram} and not by Commander
 */
export async function createProgram(isLoaded: (name: string) => boolean, isJson = false): Promise<Command> {
  const program = new Command('spiderfoot-webhooks')
    .description("Receive, send, store and debug SpiderFoot's webhooks.")
    .usage('<command> [options]')
    .version(version(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureHelp(helpStyle)
    .configureOutput({
      outputError: (text, write) => {
        if (!isJson) write(styledError(text));
      },
    })
    .showHelpAfterError(isJson ? false : tryHelp)
    .addHelpText('after', `\n${exitCodes}`);
  for (const { name, summary, load } of commands) {
    const command = isLoaded(name) ? (await load()).command(() => createProgram(() => true)) : new Command();
    inheritSettings(program, command.name(name).summary(summary));
    program.addCommand(command);
  }
  return program;
}

/** Copy the settings to a command and its subcommands. Commander copies them only to commands that it creates. */
function inheritSettings(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  for (const subcommand of command.commands) inheritSettings(command, subcommand);
}

/** Run the command in the arguments, and set the exit code of the process. */
export async function runProgram(args: readonly string[]): Promise<void> {
  hidePasswords(args);
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  const commandName = first === 'help' ? second : first;
  const isJson = args.includes('--json');
  if (isJson) printErrorsAsJson();
  try {
    const program = await createProgram((name) => name === commandName, isJson);
    if (args.length === 0 || first === 'help' || args.some((arg) => arg === '--help' || arg === '-h')) {
      allowEarlyClose();
    }
    if (args.length === 0) return program.outputHelp();
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      process.exitCode = await reportFailure(error);
      return;
    }
    const exitCode = error.exitCode === 0 ? 0 : 2;
    process.exitCode = exitCode;
    if (exitCode === 0) return;
    const hint = hintOf(error, args, commandName);
    // Commander shows the help of the program for an unknown command after `help`, without an error.
    const isUnknown = error.code === 'commander.help' && commandName !== undefined;
    const message = isUnknown ? `unknown command '${commandName}'` : error.message.replace(/^error: /, '');
    if (isJson) {
      await printError({
        message: printableLines(message),
        code: 'usage_error',
        hint: hint ?? tryHelp,
        exitCode,
      });
    } else if (isUnknown) console.error(styledError(`error: ${message}`));
    // Commander has printed the error, but not how to fix it.
    else if (hint !== undefined) console.error(hint);
  }
}

const tryHelp = 'Try --help.';

/** Return a hint for a mistake that Commander's message does not explain. */
function hintOf(
  { code }: CommanderError,
  [option = '', ...others]: readonly string[],
  commandName: string | undefined,
): string | undefined {
  const isBeforeCommand = option.startsWith('-') && commands.some(({ name }) => others.includes(name));
  if (code === 'commander.unknownOption' && isBeforeCommand) {
    return 'Put the options of a command after its name: send --secret …';
  }
  // `list` is the default command of `log`, so an unknown subcommand of `log` is parsed as an argument of `list`.
  if (code === 'commander.excessArguments' && commandName === 'log') {
    return 'To show a delivery, run `log show KEY`. To search the bodies, run `log --text WORDS`.';
  }
  return undefined;
}
