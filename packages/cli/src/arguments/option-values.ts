import { readFileSync } from 'node:fs';
import {
  parseDuration as readDuration,
  parseSize as readSize,
} from '@spiderfoot-webhooks/core/config/values';
import { InvalidArgumentError } from 'commander';

/** Parse a duration: `250ms`, `10s`, `1.5m`, `2h`, `7d`, `4w`. @returns milliseconds */
export function parseDuration(text: string): number {
  return readDuration(text) ?? reject('It must be a duration such as 250ms, 10s, 5m, 2h or 7d.');
}

/** Parse a size: `512`, `64kb`, `1.5mb`. @returns bytes */
export function parseSize(text: string): number {
  return readSize(text) ?? reject('It must be a size such as 512, 64kb or 1mb.');
}

/** Parse a whole number that is at least 1. */
export function parseCount(text: string): number {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : reject('It must be a whole number, at least 1.');
}

/** Parse a whole number that is at least 0. */
export function parseWhole(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : reject('It must be a whole number, at least 0.');
}

/** Parse a number that is greater than 0. */
export function parsePositive(text: string): number {
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text) && Number(text) > 0
    ? Number(text)
    : reject('It must be a number greater than 0.');
}

/** Parse a port. 0 selects a free port. */
export function parsePort(text: string): number {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
    ? Number(text)
    : reject('It must be a port from 0 to 65535.');
}

/**
 * Parse an HTTP or HTTPS URL. Without a scheme, `localhost:3000/webhook` is HTTP on this machine, and any other host is
 * HTTPS, so that an event is never sent unencrypted by accident.
 */
export function parseUrl(text: string): string {
  const withScheme = hostAndRest.test(text) ? `${isThisMachine(text) ? 'http' : 'https'}://${text}` : text;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url?.port === '0') return reject('No server can be reached at port 0.');
  return url?.protocol === 'http:' || url?.protocol === 'https:'
    ? url.href
    : reject('It must be a URL such as localhost:3000/webhook or https://hooks.example.com/webhook.');
}

/** Matches a URL without a scheme. The host has a dot or a port, or is localhost: a single word is probably a mistake. */
const hostAndRest =
  /^(?:localhost|\[[\da-f:.]+\]|[a-z\d-]+(?:\.[a-z\d-]+)+|[a-z\d-]+(?=:\d))(?::\d{1,5})?(?:[/?#]|$)/i;

function isThisMachine(text: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/?#]|$)/i.test(text);
}

/** Return whether an argument is a URL. No event type has a slash or a port. */
export function looksLikeUrl(text: string): boolean {
  return /^[\w+.-]+:\/\//.test(text) || (hostAndRest.test(text) && /[/:]/.test(text));
}

/** Parse a date, or a date and a time, in ISO 8601. */
export function parseDate(text: string): Date {
  const date = new Date(text);
  return /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(date.getTime())
    ? date
    : reject('It must be a time such as 2026-01-31T12:00:00Z.');
}

/** Collect a header, `Name: value`, in addition to the previous ones. @returns the headers, with names in lower case */
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
    : reject('It must be a header such as "X-Request-ID: 17".');
}

/** Collect a header, or the headers in a file: `@FILE`, as curl reads them. */
export function collectHeaders(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  if (!text.startsWith('@')) return collectHeader(text, before);
  const lines = readHeaderFile(text.slice(1))
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return lines.reduce<Readonly<Record<string, string>>>((all, line) => collectHeader(line, all), before);
}

function readHeaderFile(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return reject('The file cannot be read. Check the path and its permissions.');
  }
}

/** Collect the values of an option that may be repeated. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

function reject(sentence: string): never {
  throw new InvalidArgumentError(sentence);
}
