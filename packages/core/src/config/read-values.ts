import { ConfigurationError } from '../errors.ts';
import { isPositiveNumber, maxTimerDelay } from '../options/number-options.ts';
import type { ReceiverOptions } from '../options/receiver-options.ts';
import { readOptions } from '../options/settings.ts';
import { parseDuration } from './quantities.ts';

/** A key's value, and how to complain of it. Complaints never quote the value: it may have swallowed a secret's line. */
export interface Field {
  readonly value: string;
  /** @param problem continues "Option "key" in file, line 7," */
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
  if (value.includes('\n')) fail('runs over several lines. Is the line below indented that should not be?');
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

export function readCount({ value, fail }: Field, what: string): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= maxTimerDelay) return number;
  return fail(`must be a whole number of ${what}, from 0 to ${maxTimerDelay}.`);
}

/** Entries between commas or on lines of their own. */
export function readList({ value, fail }: Field): readonly string[] {
  const entries = value
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.length > 0 ? entries : fail('names nothing. Leave it out, or fill it in.');
}

/** A list of which the receiver has to take each entry. @param what continues "is no" */
export function readEntries(
  field: Field,
  option: 'allowedIps' | 'trustedProxies' | 'signatureHeader',
  what: string,
): readonly string[] {
  const entries = readList(field);
  for (const [index, entry] of entries.entries()) {
    if (isAccepted({ [option]: [entry] })) continue;
    field.fail(`is wrong: its entry ${index + 1} is no ${what}`);
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

/** What every router takes literally. */
const plainPath = /^\/[\w.~/-]*$/;

export function readPath(field: Field): string {
  const path = readText(field);
  // With a `.`, a `..` or a host at its beginning it would be another path on its way here.
  if (plainPath.test(path) && new URL(path, 'http://host').pathname === path) return path;
  return field.fail('must be the path of a URL, such as /webhook/siem, of letters, digits and "/_.~-".');
}

/** The path of a URL that may have any. */
export function readUrlPath(field: Field): string {
  const { pathname } = readUrl(field);
  if (plainPath.test(pathname)) return pathname;
  return field.fail(
    'has a path of other signs than letters, digits and "/_.~-". Say by "path" where the receiver is mounted.',
  );
}
