import { Command, CommanderError } from 'commander';
import { exitCodes } from './failure/exit-codes.ts';
import { reportFailure, styledError } from './failure/failure.ts';
import { helpStyle } from './terminal/help.ts';
import { allowEarlyClose } from './terminal/output.ts';
import { version } from './version.ts';

/** A command of the program, by what its list says of it. The module is read only once it is to run, or to help. */
interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** The module exports a function that gets a function to create the program with all its commands. */
  readonly load: () => Promise<{ readonly command: (createWhole: () => Promise<Command>) => Command }>;
}

/** All commands, in the order of the list. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'listen',
    summary: 'receive webhooks and show them, without any code',
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
    name: 'tail',
    summary: 'show the latest deliveries, and follow new ones',
    load: () => import('./commands/tail.ts'),
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
 * The program with its commands.
 * @param isWanted which of them are to be there whole; of the others there is the name and a line
 */
export async function createProgram(isWanted: (name: string) => boolean): Promise<Command> {
  const program = new Command('spiderfoot-webhooks')
    .description("Receive, send, examine and keep SpiderFoot's webhooks.")
    .usage('<command> [options]')
    .version(version())
    .helpCommand('help [command]', "show a command's help")
    .exitOverride()
    .configureHelp(helpStyle)
    .configureOutput({ outputError: (text, write) => write(styledError(text)) })
    .showHelpAfterError('Try --help.')
    .addHelpText('after', `\n${exitCodes}`);
  for (const { name, summary, load } of commands) {
    const command = isWanted(name) ? (await load()).command(() => createProgram(() => true)) : new Command();
    adopt(program, command.name(name).summary(summary));
    program.addCommand(command);
  }
  return program;
}

/** A command that was made on its own knows nothing of its parent's manners. */
function adopt(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  for (const further of command.commands) adopt(command, further);
}

/** Run the command in the arguments, and set the exit code of the process. */
export async function runProgram(args: readonly string[]): Promise<void> {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  const asked = first === 'help' ? second : first;
  try {
    const program = await createProgram((name) => name === asked);
    if (args.length === 0 || first === 'help' || args.some((arg) => arg === '--help' || arg === '-h')) {
      allowEarlyClose();
    }
    if (args.length === 0) return program.outputHelp();
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      process.exitCode = reportFailure(error);
      return;
    }
    // Commander has said it already, but not how it is mended.
    const hint = hintOf(error, args, asked);
    if (hint !== undefined) console.error(hint);
    process.exitCode = exitCodeOf(error);
  }
}

/** What to do about a slip that the parser's own words do not explain. */
function hintOf(
  { code }: CommanderError,
  [option = '', ...others]: readonly string[],
  asked: string | undefined,
): string | undefined {
  const isBeforeCommand = option.startsWith('-') && commands.some(({ name }) => others.includes(name));
  if (code === 'commander.unknownOption' && isBeforeCommand) {
    return "A command's options come after its name: send --secret …";
  }
  // What is no command of log's is taken for an argument of list, which it is by itself.
  if (code === 'commander.excessArguments' && asked === 'log') {
    return 'log show NUMBER shows a delivery, log --text WORDS looks for some.';
  }
  return undefined;
}

function exitCodeOf({ exitCode }: CommanderError): number {
  return exitCode === 0 ? 0 : 2;
}
