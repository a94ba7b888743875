import { errorColors } from '../terminal/color.ts';
import { printable, printableLines } from '../terminal/printable.ts';
import { systemSentence } from './system-errors.ts';

interface FailureOptions extends ErrorOptions {
  /** 1: it did not work; 2: it was asked for wrongly. @default 1 */
  readonly exitCode?: 1 | 2;
  /** What to do about it, in a sentence. */
  readonly hint?: string;
}

/** A command could not do what it was asked for. Its message is a sentence for the user. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: 1 | 2;
  readonly hint: string | undefined;

  constructor(message: string, { exitCode = 1, hint, ...options }: FailureOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** Options that do not go together, and the like. */
export class UsageFailure extends CommandFailure {
  constructor(message: string, hint?: string) {
    super(message, { exitCode: 2, ...(hint !== undefined && { hint }) });
  }
}

/**
 * Print on standard error why a command has failed, and if there is a hint, what to do.
 * @returns the exit code
 */
export function reportFailure(error: unknown): 1 | 2 {
  const { message, exitCode, hint } = failureOf(error);
  console.error(styledError(`error: ${message}`));
  if (hint !== undefined) console.error(printable(hint));
  return exitCode;
}

/** A message that begins with `error:`, fit for the screen: it may quote what somebody else has written. */
export function styledError(message: string): string {
  return printableLines(message).replace(/^error:/, errorColors.red('error:'));
}

/**
 * The names of errors that the user must correct. Names, because loading the classes would slow down a short command.
 */
const mistakes: readonly string[] = ['ConfigurationError', 'UnsupportedNodeError'];

function failureOf(error: unknown): Pick<CommandFailure, 'message' | 'exitCode' | 'hint'> {
  if (error instanceof CommandFailure) {
    const { message, exitCode, hint } = error;
    return { message: printable(message), exitCode, hint };
  }
  if (error instanceof Error && mistakes.includes(error.name)) {
    return { message: printable(error.message), exitCode: 2, hint: undefined };
  }
  if (error instanceof Error && error.name === 'StoreError') {
    return { message: printable(error.message), exitCode: 1, hint: undefined };
  }
  const sentence = systemSentence(error);
  if (sentence !== undefined) return { message: printable(sentence), exitCode: 1, hint: undefined };
  // A fault of our own: whoever reports it needs to know where.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: printableLines(text), exitCode: 1, hint: undefined };
}
