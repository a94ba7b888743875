import { inspect } from 'node:util';
import type { Logger } from '../ports.ts';

/**
 * A logger that writes one line for each message to standard error: for a start, until the app has one of its own.
 * Control characters in what a sender wrote are shown as escapes, so that no payload can drive the terminal.
 * Coloured where standard error is a terminal and `NO_COLOR` is not set.
 * @example
 * const receiver = createReceiver({ secret, logger: lineLogger() });
 */
export function lineLogger(): Logger {
  const colors = process.stderr.isTTY === true && !process.env.NO_COLOR;
  const write = (level: string) => (details: object, message: string) => {
    const shown = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
    const text = inspect(shown, {
      colors,
      breakLength: Number.POSITIVE_INFINITY,
      compact: true,
      maxStringLength: 500,
    });
    process.stderr.write(`${level} ${message} ${text}\n`);
  };
  return { debug: () => {}, info: write('info '), warn: write('warn '), error: write('error') };
}
