import { decodeUtf8 } from '#utf8';
import type { RejectionCode } from '../outcome/rejections.ts';

/** A parsed JSON object. Only its own keys are trusted. Its key `__proto__` is an ordinary key. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface ParsedJson {
  readonly status: 'parsed';
  readonly value: JsonObject;
  /** The body's text, without a byte order mark. */
  readonly text: string;
  /** The number of `NaN`, `Infinity` and `-Infinity` values that were replaced by `null`. */
  readonly nonFinite: number;
}

type JsonRejection = { readonly status: 'rejected'; readonly code: Extract<RejectionCode, 'invalid_json'> };

const invalid: JsonRejection = { status: 'rejected', code: 'invalid_json' };

/**
 * The maximum depth of a body. `JSON.stringify` and most recursive code overflow at several thousand levels. Python's
 * encoder and SQLite stop at about a thousand.
 */
export const maxDepth = 1000;

/**
 * Parse a body that is not trusted. It may contain invalid UTF-8, a value that is not an object, Python's NaN, or any depth
 * of nesting. Never throws.
 */
export function parseJson(bytes: Uint8Array): ParsedJson | JsonRejection {
  const text = decodeUtf8(bytes);
  if (text === undefined) return invalid;
  let value = parse(text);
  let nonFinite = 0;
  if (value === undefined) {
    const finite = replaceNonFinite(text);
    if (finite === undefined) return invalid;
    value = parse(finite.text);
    nonFinite = finite.count;
  }
  if (!isObject(value)) return invalid;
  if (opensMoreThan(text, maxDepth) && deeperThan(value, maxDepth)) return invalid;
  return { status: 'parsed', value, text, nonFinite };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Return whether a text has more opening brackets than a limit. If not, it cannot be nested deeper. Counting the brackets
 * takes half as long as traversing the value, and most bodies have fewer.
 */
function opensMoreThan(text: string, limit: number): boolean {
  // A level has at least two characters.
  if (text.length <= 2 * limit) return false;
  let left = limit;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (left-- === 0) return true;
    }
  }
  return false;
}

/** Recurses only into containers, because most values of a body are strings and numbers. */
function deeperThan(container: object, levels: number): boolean {
  if (levels === 0) return true;
  if (Array.isArray(container)) {
    const items: readonly unknown[] = container;
    for (let i = 0; i < items.length; i++) if (isDeeper(items[i], levels)) return true;
  } else if (isObject(container)) {
    for (const key in container) if (isDeeper(container[key], levels)) return true;
  }
  return false;
}

function isDeeper(member: unknown, levels: number): boolean {
  return typeof member === 'object' && member !== null && deeperThan(member, levels - 1);
}

const nonFiniteWord = /-?Infinity|NaN/y;

/**
 * Replace `NaN`, `Infinity` and `-Infinity` by `null` outside of strings, in one pass. Python's `json.dumps` writes these
 * values, which are not JSON.
 * @returns `undefined` if the text contains none of them
 */
function replaceNonFinite(text: string): { text: string; count: number } | undefined {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
    } else if (character === 'N' || character === 'I' || character === '-') {
      nonFiniteWord.lastIndex = at;
      const word = nonFiniteWord.exec(text)?.[0];
      if (word === undefined) continue;
      parts.push(text.slice(copied, at), 'null');
      copied = at + word.length;
      at = copied - 1;
    }
  }
  if (parts.length === 0) return undefined;
  return { text: parts.join('') + text.slice(copied), count: parts.length / 2 };
}

/** Return the index of the quote that ends the string that begins at `start`, or the length of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') return at;
  }
  return text.length;
}
