import {
  parseDuration as readDuration,
  parseSize as readSize,
} from '@spiderfoot-webhooks/core/config/values';
import { InvalidArgumentError } from 'commander';

/** `250ms`, `10s`, `1.5m`, `2h`, `7d`, `4w`. @returns milliseconds */
export function parseDuration(text: string): number {
  return readDuration(text) ?? reject('It must be a duration such as 250ms, 10s, 5m, 2h or 7d.');
}

/** `512`, `64kb`, `1.5mb`. @returns bytes */
export function parseSize(text: string): number {
  return readSize(text) ?? reject('It must be a size such as 512, 64kb or 1mb.');
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : reject('Not a whole number from 1.');
}

/** A whole number from 0. */
export function parseWhole(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : reject('Not a whole number from 0.');
}

/** A number above 0. */
export function parsePositive(text: string): number {
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text) && Number(text) > 0
    ? Number(text)
    : reject('Not a number above 0.');
}

/** A port; 0 takes any that is free. */
export function parsePort(text: string): number {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
    ? Number(text)
    : reject('Not a port from 0 to 65535.');
}

/** An address of a web server. */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:'
    ? url.href
    : reject('Not a URL that begins with http:// or https://.');
}

/** A day, or a day and a time, in ISO 8601. */
export function parseDate(text: string): Date {
  const date = new Date(text);
  return /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(date.getTime())
    ? date
    : reject('Not a time such as 2026-01-31T12:00:00Z.');
}

/** `Name: value`, as it stands in a request; several times for several. @returns them by their names in lower case */
export function collectHeader(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(0, colon));
  // Trim separately, because one pattern for the spaces and the value takes quadratic time.
  const value = text.slice(colon + 1).replace(/^[ \t]+/, '');
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
    ? { ...before, [name.toLowerCase()]: value }
    : reject('Not a header such as "X-Request-ID: 17".');
}

/** For an option that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

function reject(sentence: string): never {
  throw new InvalidArgumentError(sentence);
}
