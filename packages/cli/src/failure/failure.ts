import { errorColors } from '../terminal/color.ts';
import { printable, printableLines } from '../terminal/printable.ts';
import { systemSentence } from './system-errors.ts';

interface FailureOptions extends ErrorOptions {
  /** 1: the command failed. 2: the command was used incorrectly. @default 1 */
  readonly exitCode?: 1 | 2;
  /** How to fix the problem, as a sentence. */
  readonly hint?: string;
}

/** Thrown when a command fails. The message is a sentence for the user. */
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

/** Thrown when a command is used incorrectly, for example with options that cannot be combined. */
export class UsageFailure extends CommandFailure {
  constructor(message: string, hint?: string) {
    super(message, { exitCode: 2, ...(hint !== undefined && { hint }) });
  }
}

/**
 * Print on standard error why a command failed, and the hint if there is one.
 * @returns the exit code
 */
export function reportFailure(error: unknown): 1 | 2 {
  const { message, exitCode, hint } = failureOf(error);
  console.error(styledError(`error: ${message}`));
  if (hint !== undefined) console.error(printable(hint));
  return exitCode;
}

/** Format a message that begins with `error:`. Escape control characters, because it may quote text of a sender. */
export function styledError(message: string): string {
  return printableLines(message).replace(/^error:/, errorColors.red('error:'));
}

/**
 * The names of errors that the user must correct. Errors are recognized by name, because loading their classes would
 * slow down a short command.
 */
const userErrors: readonly string[] = ['ConfigurationError', 'UnsupportedNodeError'];

/** The names of errors of a store that the user did not cause, or that its engine does not support. */
const storeErrors: readonly string[] = [
  'StoreError',
  'QueueError',
  'StoreUnavailableError',
  'MissingCapabilityError',
];

function failureOf(error: unknown): Pick<CommandFailure, 'message' | 'exitCode' | 'hint'> {
  if (error instanceof CommandFailure) {
    const { message, exitCode, hint } = error;
    return { message: printable(message), exitCode, hint };
  }
  if (error instanceof Error && userErrors.includes(error.name)) {
    return { message: printable(error.message), exitCode: 2, hint: undefined };
  }
  if (error instanceof Error && storeErrors.includes(error.name)) {
    return { message: printable(error.message), exitCode: 1, hint: undefined };
  }
  const sentence = systemSentence(error);
  if (sentence !== undefined) return { message: printable(sentence), exitCode: 1, hint: undefined };
  // This is a bug in the kit. Print the stack for the bug report.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: printableLines(text), exitCode: 1, hint: undefined };
}
