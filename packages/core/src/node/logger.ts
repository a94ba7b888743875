import { inspect } from 'node:util';
import { escapeUnit, toAscii } from '../ascii.ts';
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
    const line = `${level} ${message} ${text}`;
    process.stderr.write(`${line.length > longest ? cut(line, colors) : printable(line, colors)}\n`);
  };
  return { debug: () => {}, info: write('info '), warn: write('warn '), error: write('error') };
}

/** `maxStringLength` leaves an error's message whole, and a sender may have written a megabyte of it. */
const longest = 20_000;

function cut(line: string, colors: boolean): string {
  return `${printable(line.slice(0, longest), colors)}…${colors ? `${escapeCharacter}[0m` : ''}`;
}

const control = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
const escapeCharacter = String.fromCharCode(27);
/** The colours that `inspect` has. One that hides what follows is not among them: the sender may have written that. */
const color = `${escapeCharacter}\\[(?:1|4|22|24|3[1-69]|90)m`;
const controlOrColor = new RegExp(`${color}|${control.source}`, 'gu');

/** `inspect` shows an error's stack as it is, with whatever the sender has put into its message. */
function printable(text: string, colors: boolean): string {
  return text.replace(colors ? controlOrColor : control, (match) => {
    if (match.length > 1) return match;
    return match === '\n' ? ' ⏎ ' : escapeUnit(match);
  });
}

/**
 * A value as one line of JSON in ASCII: whatever the sender has put into it, nothing in it drives a terminal or begins a
 * line of its own.
 * @example
 * console.log(jsonLine({ handled: event.event_type, id }));
 */
export function jsonLine(value: object): string {
  return toAscii(JSON.stringify(value));
}
