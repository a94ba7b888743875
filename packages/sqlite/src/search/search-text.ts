import { ConfigurationError } from '@spiderfoot-webhooks/core';

/**
 * Emoji and other symbols. The index treats them as separators, so each is replaced with a word. U+FFFD stands for
 * invalid bytes.
 */
const symbol = /(?!\ufffd)[\p{Extended_Pictographic}\p{Regional_Indicator}\p{So}]/gu;

/** Text that needs no change: ASCII without escapes. */
const plain = /^[^\\\u0080-\uffff]*$/;

/** A JSON string, which may be cut off by the limit on searched characters. */
const jsonString = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?/g;

const escaped = /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g;

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Return the searchable text of a body. Python writes `Zürich` as `Z\u00fcrich` and a line break as `\n`, so strings
 * and keys are decoded first. The body is not parsed, because only its beginning is searched, and Python's `NaN` is
 * not JSON.
 * @param body the first characters of the body
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

/** Replace lone surrogates, which SQLite would store as invalid UTF-8. */
function withSymbols(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(symbol, (character) => ` symbol${character.codePointAt(0)}symbol `);
}

/** A JSON escape in a search, which may be copied from a raw body. */
const unicodeEscape = /\\u[0-9a-fA-F]{4}/g;

/** Different words in a search. FTS5's time grows with their square: 100,000 words would block the process for 20 s. */
const mostWords = 1000;

/** Characters that the index treats as part of a word. */
const letter = /[\p{L}\p{N}\p{Co}]/u;

/**
 * Convert a user's search into an FTS5 query. Every word must occur; a word also matches longer words that begin with
 * it. Each word is quoted, so that it contains no operators. NUL separates words, because it would end the query.
 * Words without letters or digits are ignored, unless there are no other words.
 * @throws ConfigurationError if the search contains no word, or more than 1000 different words
 */
export function toMatch(text: string): string {
  const found = withSymbols(text.replace(unicodeEscape, decode)).split(/[\s\0]+/);
  const words = [...new Set(found)].filter((word) => word !== '');
  if (words.length > mostWords) {
    throw new ConfigurationError('text', `has ${words.length} words, but must have at most ${mostWords}.`);
  }
  if (words.length === 0) throw new ConfigurationError('text', 'must contain at least one word.');
  const searched = words.filter((word) => letter.test(word));
  return (searched.length > 0 ? searched : words).map((word) => `"${word.replaceAll('"', '""')}"*`).join(' ');
}
