import { ConfigurationError } from '../errors.ts';
import { isPositiveNumber, maxTimerDelay } from '../options/number-options.ts';
import type { ReceiverOptions } from '../options/receiver-options.ts';
import { mostRejected, readOptions } from '../options/settings.ts';
import { parseDuration } from './quantities.ts';

/** The value of a key. Errors never quote it, because a wrong indentation may have appended the line of a secret to it. */
export interface Field {
  readonly value: string;
  /** Throw an error about the value. @param problem continues the sentence `Option "KEY" in FILE, line 7,` */
  fail(problem: string): never;
}

/** The spellings of Python's `getboolean`. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'yes', 'true', 'on'].map((word) => [word, true] as const),
  ...['0', 'no', 'false', 'off'].map((word) => [word, false] as const),
]);

export function readBoolean({ value, fail }: Field): boolean {
  return booleans.get(value.toLowerCase()) ?? fail('must be true or false.');
}

export function readText({ value, fail }: Field): string {
  if (value === '') fail('is empty.');
  if (value.includes('\n')) fail('has several lines. Check whether the next line is indented by mistake.');
  return value;
}

/** Read a number of seconds, or a duration such as `5m`. @returns seconds */
export function readSeconds({ value, fail }: Field): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : (parseDuration(value) ?? Number.NaN) / 1000;
  return isPositiveNumber(seconds)
    ? seconds
    : fail(
        `must be a number of seconds, more than 0 and at most ${maxTimerDelay}. Use seconds such as 300, or a duration such as 5m.`,
      );
}

export function readCount({ value, fail }: Field, unit: string): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= maxTimerDelay) return number;
  return fail(`must be a whole number of ${unit}, from 0 to ${maxTimerDelay}.`);
}

/** Read a number of rejected requests to keep. */
export function readKeepRejected({ value, fail }: Field): number {
  const number = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  return number <= mostRejected
    ? number
    : fail(`must be a whole number of requests, from 0 to ${mostRejected}.`);
}

/** Read a list whose entries are separated by commas or newlines. */
export function readList({ value, fail }: Field): readonly string[] {
  const entries = value
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.length > 0 ? entries : fail('is an empty list. Add an entry, or remove the key.');
}

/**
 * Read a list whose entries are valid for an option of the receiver.
 * @param expected continues the sentence `entry 1 is not`
 */
export function readEntries(
  field: Field,
  option: 'allowedIps' | 'trustedProxies' | 'signatureHeader',
  expected: string,
): readonly string[] {
  const entries = readList(field);
  for (const [index, entry] of entries.entries()) {
    if (isAccepted({ [option]: [entry] })) continue;
    field.fail(`is invalid: entry ${index + 1} is not ${expected}`);
  }
  return entries;
}

function isAccepted(option: Partial<ReceiverOptions>): boolean {
  try {
    readOptions({ secret: 'any', ...option });
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}

export function readUrl(field: Field): URL {
  const text = readText(field);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  return field.fail('must be a URL that begins with https:// or http://.');
}

/** Matches the paths that have no special meaning in any router. */
const plainPath = /^\/[\w.~/-]*$/;

export function readPath(field: Field): string {
  const path = readText(field);
  // Clients normalize `.` and `..`, and read `//` at the beginning as a host, so such a path would never arrive.
  if (plainPath.test(path) && new URL(path, 'http://host').pathname === path) return path;
  return field.fail(
    'must be the path of a URL, such as /webhook/siem. Use only letters, digits and "/_.~-".',
  );
}

/** Read the path of a URL. */
export function readUrlPath(field: Field): string {
  const { pathname } = readUrl(field);
  if (plainPath.test(pathname)) return pathname;
  return field.fail(
    'has a path with characters other than letters, digits and "/_.~-". Set "path" to the path of the receiver.',
  );
}
