import { searchWords } from '@spiderfoot-webhooks/core/stores';

/**
 * Convert a user's search into an FTS5 query. Every word must occur; a word also matches longer words that begin with
 * it. Each word is quoted, so that it contains no operators.
 * @throws ConfigurationError if the search contains no word, or more than 1000 different words
 */
export function toMatch(text: string): string {
  return searchWords(text)
    .map((word) => `"${word.replaceAll('"', '""')}"*`)
    .join(' ');
}
