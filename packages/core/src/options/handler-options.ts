import { ConfigurationError } from '../errors.ts';
import { isPositiveNumber, maxTimerDelay } from './number-options.ts';
import { rejectUnknownOptions } from './unknown-options.ts';

/** The options of a handler. An unknown option or an invalid value is a `ConfigurationError`. */
export interface HandlerOptions {
  /**
   * The handler's name in logs and stores. A store records by name which handlers of a delivery have succeeded, and a
   * retry runs only the others. Must be unique within the receiver, and not empty.
   * The default is the list of selectors. If another handler already has that name, `#2`, `#3` and so on is appended.
   * @default the selectors
   * @example receiver.on('scan_completed', notify, { name: 'slack' });
   */
  readonly name?: string;
  /**
   * The time limit of the handler, in milliseconds. When it is exceeded, `context.signal` is aborted and the handler
   * counts as failed.
   * @default the receiver's handlerTimeout
   */
  readonly timeout?: number;
}

const optionNames = ['name', 'timeout'] as const satisfies readonly (keyof HandlerOptions)[];

/**
 * Check the options of a handler. With a queue, a misspelled `name` would rerun handlers that have succeeded.
 * @param selectors the handler's selectors, for the error message
 * @throws ConfigurationError that names the option
 */
export function readHandlerOptions(selectors: string, options: unknown): HandlerOptions {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigurationError(
      'handler',
      `for ${selectors} has options that are not an object. Pass an object, for example { name: 'siem' }.`,
    );
  }
  rejectUnknownOptions(options, optionNames, `of the handler for ${selectors} `);
  const { name, timeout }: { readonly name?: unknown; readonly timeout?: unknown } = options;
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) {
    throw new ConfigurationError('name', `of the handler for ${selectors} must be a non-empty string.`);
  }
  if (timeout !== undefined && !isPositiveNumber(timeout)) {
    throw new ConfigurationError(
      'timeout',
      `of the handler for ${selectors} must be a number of milliseconds greater than 0 and at most ${maxTimerDelay}.`,
    );
  }
  return { ...(name !== undefined && { name }), ...(timeout !== undefined && { timeout }) };
}
