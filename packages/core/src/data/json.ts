import { decodeUtf8 } from '#utf8';
import type { RejectionCode } from '../outcome/rejections.ts';

/** A JSON object as parsed: own keys alone are trusted, `__proto__` among them is a key like any other. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface ParsedJson {
  readonly status: 'parsed';
  readonly value: JsonObject;
  /** The body's text, byte order mark aside. */
  readonly text: string;
  /** How many `NaN`, `Infinity` and `-Infinity` were taken as `null`. */
  readonly nonFinite: number;
}

type JsonRejection = { readonly status: 'rejected'; readonly code: Extract<RejectionCode, 'invalid_json'> };

const invalid: JsonRejection = { status: 'rejected', code: 'invalid_json' };

/**
 * The maximum depth of a body. `JSON.stringify` and most recursive code overflow at several thousand levels. Python's
 * encoder and SQLite stop at about a thousand.
 */
export const maxDepth = 1000;

/** Parse a body that may hold anything: invalid UTF-8, no object, Python's NaN, endless nesting. Never throws. */
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
 * Without so many opening brackets nothing is as deep. Counting them takes half as long as a walk, and most bodies
 * have fewer.
 */
function opensMoreThan(text: string, most: number): boolean {
  // A level takes two characters at least.
  if (text.length <= 2 * most) return false;
  let left = most;
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
 * Python's `json.dumps` writes `NaN`, `Infinity` and `-Infinity`, which are not JSON. Replaces them by `null`
 * outside of strings, in one pass.
 * @returns `undefined` where there are none
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

/** The index of the quote that ends the string begun at `start`, or the text's end. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') return at;
  }
  return text.length;
}
