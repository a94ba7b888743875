import { inspect } from 'node:util';
import { toAscii } from '../data/ascii.ts';
import { escapeUnprintable, unprintable } from '../data/printable.ts';
import type { Logger } from '../reporting/logger.ts';

/**
 * Create a logger that writes one line for each message to standard error, for apps that have no logger of their own.
 * Control, format and direction characters in logged values are shown as escapes, so that a payload cannot control the
 * terminal or forge a line. The output is colored if standard error is a terminal and `NO_COLOR` is not set.
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
    process.stderr.write(`${line.length > maxLineLength ? cut(line, colors) : oneLine(line, colors)}\n`);
  };
  return { debug: () => {}, info: write('info '), warn: write('warn '), error: write('error') };
}

/** `maxStringLength` does not shorten an error's message, which can contain a megabyte of the sender's text. */
const maxLineLength = 20_000;

function cut(line: string, colors: boolean): string {
  return `${oneLine(line.slice(0, maxLineLength), colors)}…${colors ? `${escapeCharacter}[0m` : ''}`;
}

const escapeCharacter = String.fromCharCode(27);
/** The color codes of `inspect`. The code that hides text is not included, because a sender could use it. */
const color = `${escapeCharacter}\\[(?:1|4|22|24|3[1-69]|90)m`;
const unprintableOrColor = new RegExp(`${color}|${unprintable.source}`, 'gu');

/** Escape unprintable characters. `inspect` does not escape an error's stack, which can contain the sender's text. */
function oneLine(text: string, colors: boolean): string {
  return text.replace(colors ? unprintableOrColor : unprintable, (match) => {
    if (match.startsWith(`${escapeCharacter}[`)) return match;
    return match === '\n' ? ' ⏎ ' : escapeUnprintable(match);
  });
}

/**
 * Matches an escape in JSON. The group matches half of a surrogate pair, which JSON.stringify escapes only if the other
 * half is missing.
 */
const jsonEscape = /\\(?:u(?:(d[89a-f])[\da-f]{2}|[\da-f]{4})|.)/g;

/**
 * Convert a value to one line of well-formed JSON in ASCII, so that a sender's text cannot control a terminal or start a
 * new line. Half of a surrogate pair becomes U+FFFD, because strict readers reject it.
 * @example
 * console.log(jsonLine({ handled: event.event_type, id }));
 */
export function jsonLine(value: object): string {
  const json = JSON.stringify(value);
  const wellFormed = json.includes('\\ud')
    ? json.replace(jsonEscape, (text, half: string | undefined) => (half === undefined ? text : '\\ufffd'))
    : json;
  return toAscii(wellFormed);
}
