import { isAmount, mostAmount } from './amount.ts';
import { ConfigurationError } from './errors.ts';
import { proposal } from './proposal.ts';

/** How a handler is registered. An option that is not known, or has a wrong value, is a `ConfigurationError`. */
export interface HandlerOptions {
  /**
   * The handler's name, in logs and in what a store remembers of a delivery: a retry runs only the handlers that have not
   * succeeded yet, by name. Must be unique within the receiver, and not empty.
   * @default the selectors, followed by `#2` and so on if another handler has that name
   * @example receiver.on('scan_completed', notify, { name: 'slack' });
   */
  readonly name?: string;
  /**
   * Milliseconds the handler may take. Then its `context.signal` is aborted and it counts as failed.
   * @default the receiver's `handlerTimeout`
   */
  readonly timeout?: number;
}

const optionNames = ['name', 'timeout'] as const satisfies readonly (keyof HandlerOptions)[];

/**
 * Checks the options of a handler: with a queue, a misspelled name would run handlers again that have succeeded.
 * @param what the events that the handler is for
 * @throws ConfigurationError that names the option
 */
export function readHandlerOptions(what: string, options: unknown): HandlerOptions {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigurationError(
      'handler',
      `of ${what} has options that are not an object. Use for example { name: 'siem' }.`,
    );
  }
  for (const option of Object.keys(options)) {
    if (optionNames.some((known) => known === option)) continue;
    throw new ConfigurationError(
      option,
      `of the handler of ${what} is not known.${proposal(option, optionNames)} Known: ${optionNames.join(', ')}.`,
    );
  }
  const { name, timeout }: { readonly name?: unknown; readonly timeout?: unknown } = options;
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) {
    throw new ConfigurationError('name', `of the handler of ${what} must be a string that is not empty.`);
  }
  if (timeout !== undefined && !isAmount(timeout)) {
    throw new ConfigurationError(
      'timeout',
      `of the handler of ${what} must be a number of milliseconds, more than 0 and at most ${mostAmount}.`,
    );
  }
  return { ...(name !== undefined && { name }), ...(timeout !== undefined && { timeout }) };
}
