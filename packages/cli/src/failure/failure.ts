import { printable, printableLines } from '../terminal/printable.ts';
import { type PrintedError, printError } from './print-error.ts';
import { systemFailure } from './system-errors.ts';

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

/** Thrown when the user declines a confirmation. The message says that nothing was changed. */
export class DeclinedFailure extends CommandFailure {}

/**
 * Print on standard error why a command failed, and the hint if there is one.
 * @returns the exit code
 */
export async function reportFailure(error: unknown): Promise<1 | 2> {
  const printed = errorOf(error);
  await printError(printed);
  return printed.exitCode;
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

function errorOf(error: unknown): PrintedError {
  if (error instanceof CommandFailure) {
    const { message, exitCode, hint } = error;
    const code = error instanceof DeclinedFailure ? 'declined' : exitCode === 2 ? 'usage_error' : 'failed';
    return { message: printable(message), code, hint, exitCode };
  }
  if (error instanceof Error && userErrors.includes(error.name)) {
    return { message: printable(error.message), code: 'usage_error', hint: undefined, exitCode: 2 };
  }
  if (error instanceof Error && storeErrors.includes(error.name)) {
    return { message: printable(error.message), code: 'failed', hint: undefined, exitCode: 1 };
  }
  const system = systemFailure(error);
  if (system !== undefined) {
    return { message: printable(system.message), code: 'failed', hint: system.hint, exitCode: 1 };
  }
  // This is a bug in the kit. Print the stack for the bug report.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: printableLines(text), code: 'internal_error', hint: undefined, exitCode: 1 };
}
