import { errorColors } from '../terminal/color.ts';
import { printable, printableLines } from '../terminal/printable.ts';

/**
 * The kind of an error. `usage_error`: the command was used incorrectly. `failed`: the command could not do its work.
 * `declined`: the user declined. `internal_error`: a bug in the kit, with the stack as the text.
 */
type ErrorCode = 'usage_error' | 'failed' | 'declined' | 'internal_error';

/** An error to print. */
export interface PrintedError {
  readonly message: string;
  readonly code: ErrorCode;
  /** How to fix the problem, as a sentence. */
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2;
}

let isJson = false;

/** Print errors as JSON from now on. */
export function printErrorsAsJson(): void {
  isJson = true;
}

/** Print an error on standard error: as sentences, or as one line of JSON after {@link printErrorsAsJson}. */
export async function printError({ message, code, hint, exitCode }: PrintedError): Promise<void> {
  if (isJson) {
    // Loaded only here, so that help does not wait for it.
    const { jsonLine } = await import('@spiderfoot-webhooks/core/node');
    console.error(jsonLine({ error: message, code, hint, exitCode }));
    return;
  }
  console.error(code === 'declined' ? printable(message) : styledError(`error: ${message}`));
  if (hint !== undefined) console.error(printable(hint));
}

/** Format a message that begins with `error:`. Escape control characters, because it may quote text of a sender. */
export function styledError(message: string): string {
  return printableLines(message).replace(/^error:/, errorColors.red('error:'));
}
