import { ConfigurationError } from '../../errors.ts';

/**
 * Emoji and other symbols. Indexes treat them as separators, so each is replaced with a word. U+FFFD is excluded, because
 * it replaces invalid bytes.
 */
const symbol = /(?!\ufffd)[\p{Extended_Pictographic}\p{Regional_Indicator}\p{So}]/gu;

/** Matches text that needs no change: ASCII without escapes. */
const plain = /^[^\\\u0080-\uffff]*$/;

/** Matches a JSON string, which may be truncated by the limit on searched characters. */
const jsonString = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?/g;

const escaped = /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g;

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Return the searchable text of a body. Python writes `Zürich` as `Z\u00fcrich` and a line break as `\n`, so strings
 * and keys are decoded first. The body is not parsed, because a store may search only its beginning, and Python's `NaN`
 * is not JSON.
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

/** Replace lone surrogates, which a database would store as invalid UTF-8. */
function withSymbols(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(symbol, (character) => ` symbol${character.codePointAt(0)}symbol `);
}

/** Matches a JSON escape in a search, which may be copied from a raw body. */
const unicodeEscape = /\\u[0-9a-fA-F]{4}/g;

/**
 * The maximum number of different words in a search. The time of SQLite's FTS5 grows with the square of this number:
 * 100,000 words would take 20 s.
 */
const maxWords = 1000;

/** Matches the characters that a search treats as part of a word. */
const letter = /[\p{L}\p{N}\p{Co}]/u;

/**
 * Return the different words of the filter `text`. A delivery matches if its text contains all of them, each as the
 * beginning of a word. Words without letters or digits are ignored, unless there are no other words. NUL separates words.
 * @throws ConfigurationError if the text contains no word, or more than 1000 different words
 */
export function searchWords(text: string): readonly string[] {
  const found = withSymbols(text.replace(unicodeEscape, decode)).split(/[\s\0]+/);
  const words = [...new Set(found)].filter((word) => word !== '');
  if (words.length > maxWords) {
    throw new ConfigurationError(
      'text',
      `must contain at most ${maxWords} different words (got ${words.length}).`,
    );
  }
  if (words.length === 0) throw new ConfigurationError('text', 'must contain at least one word.');
  const searched = words.filter((word) => letter.test(word));
  return searched.length > 0 ? searched : words;
}

/**
 * Return whether a body contains every word, each as the beginning of a word. Case and diacritics do not matter. This is
 * for a store without a text index, and for a search among few deliveries.
 * @param words the return value of {@link searchWords}
 */
export function matchesText(words: readonly string[], body: string): boolean {
  const text = spaced(toSearchText(body));
  return words.every((word) => text.includes(spaced(word).trimEnd()));
}

/** Return the tokens of a text with one space around each. */
function spaced(text: string): string {
  return ` ${searchTokens(text).join(' ')} `;
}

/**
 * Return the runs of letters and digits in a text, in lowercase and without diacritics. A store whose index has no such
 * tokenizer writes these into it.
 * @param text the return value of {@link toSearchText}, or a word of {@link searchWords}
 */
export function searchTokens(text: string): readonly string[] {
  const folded = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return folded.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
}
