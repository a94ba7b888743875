import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** Pictures and other symbols. The index takes them for blanks, so each becomes a word. U+FFFD replaces bytes that are not text. */
const symbol = /(?!\ufffd)[\p{Extended_Pictographic}\p{Regional_Indicator}\p{So}]/gu;

/** What needs no change: no escape, nothing but ASCII. */
const plain = /^[^\\\u0080-\uffff]*$/;

/** A string of JSON, also one that the limit on searched characters cuts off. */
const jsonString = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?/g;

const escaped = /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g;

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * The words of a body for the index. Python writes `Zürich` as `Z\u00fcrich`, and a line break as `\n`, so strings and keys
 * are decoded first. A body is not parsed: only its beginning is searched, and Python's `NaN` is not JSON.
 * @param body its first characters
 */
export function toSearchText(body: string): string {
  if (plain.test(body)) return body;
  return withSymbols(body.includes('\\') ? body.replace(jsonString, decode) : body);
}

function decode(literal: string): string {
  return literal.replace(escaped, (_, hex: string | undefined, character = '') =>
    hex === undefined ? (controls[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Halves of surrogate pairs have no encoding: SQLite would store bytes that are not UTF-8. */
function withSymbols(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(symbol, (character) => ` symbol${character.codePointAt(0)}symbol `);
}

/** In a search, as it is copied out of a raw body. */
const unicodeEscape = /\\u[0-9a-fA-F]{4}/g;

/** Different words in a search. FTS5's time grows with their square: 100,000 words would stop the process for 20 s. */
const mostWords = 1000;

/** What the index takes for the letters of a word. */
const letter = /[\p{L}\p{N}\p{Co}]/u;

/**
 * A search as people write it, in FTS5's language: every word must occur, and the end of a word may be missing. Each word is
 * quoted, so that nothing in it is an operator. NUL would end the query, so it separates words. Words without letters or
 * digits are left out, unless there are no others.
 * @throws ConfigurationError if there is no word, or if there are too many
 */
export function toMatch(text: string): string {
  const found = withSymbols(text.replace(unicodeEscape, decode)).split(/[\s\0]+/);
  const words = [...new Set(found)].filter((word) => word !== '');
  if (words.length > mostWords) {
    throw new ConfigurationError('text', `has ${words.length} words, but must have at most ${mostWords}.`);
  }
  if (words.length === 0) throw new ConfigurationError('text', 'must have a word in it.');
  const searched = words.filter((word) => letter.test(word));
  return (searched.length > 0 ? searched : words).map((word) => `"${word.replaceAll('"', '""')}"*`).join(' ');
}
