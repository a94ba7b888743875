import { Buffer } from 'node:buffer';
import { searchTokens, searchWords, toSearchText } from '@spiderfoot-webhooks/core/stores';
import type { Row } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { toList } from '../rows/lists.ts';

/** The deliveries that are indexed in one statement, and the characters of each body that are searched. */
const limits = { rows: 200, characters: 65_536 };

/** The time without a delivery after which the index is updated in the background, in milliseconds. */
const quietTime = 2000;

/** The number of characters of a word that are indexed. PostgreSQL allows 2046 bytes. */
const longestToken = 255;

/** The largest position of a word in PostgreSQL's index. */
const lastPosition = 16_383;

/** The number of positions of one word that PostgreSQL keeps. */
const mostPositions = 255;

/**
 * Ids are assigned before a commit, so a lower id can become visible after a higher one. After this time, all lower ones
 * are visible.
 */
const settlingTime = "interval '1 minute'";

/** The parameter is the id up to which the words were just indexed. Without it, each slice would check all of these again. */
export const notIndexed = (prefix: string) => `
  SELECT d.id, encode(substr(d.body, 1, ${limits.characters * 4}), 'base64') AS body FROM ${prefix}deliveries AS d
  WHERE d.id > (SELECT greatest(indexed_to, $1::bigint) FROM ${prefix}search_progress)
    AND NOT EXISTS (SELECT FROM ${prefix}search_words AS s WHERE s.delivery = d.id)
  ORDER BY d.id LIMIT ${limits.rows}`;

/** The words need no durable commit, because they can be indexed again. */
export const addWords = (prefix: string) => `WITH later AS MATERIALIZED (
    SELECT set_config('synchronous_commit', 'off', true) AS mode)
  INSERT INTO ${prefix}search_words (delivery, words)
  SELECT id, words::tsvector FROM later CROSS JOIN unnest($1::bigint[], $2::text[]) AS s (id, words)
  ON CONFLICT DO NOTHING`;

export const advance = (prefix: string) => `
  UPDATE ${prefix}search_progress SET indexed_to = found.delivery
  FROM (
    SELECT delivery FROM ${prefix}search_words
    WHERE delivery > (SELECT indexed_to FROM ${prefix}search_progress) AND indexed_at < now() - ${settlingTime}
    ORDER BY delivery DESC LIMIT 1
  ) AS found WHERE found.delivery > indexed_to`;

/**
 * The words of the bodies. They are not written with each delivery, but when the store is idle or before a search.
 */
export interface SearchIndex {
  /** Call this when a delivery arrives. */
  postpone(): void;
  /** Index all deliveries that are not in the index yet. */
  catchUp(): Promise<void>;
  close(): void;
}

export function createSearchIndex(
  db: Pick<Database, 'prefix' | 'read' | 'write'>,
  readOnly: boolean,
  onError: (error: unknown) => void,
): SearchIndex {
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  let reached = '0';
  let isClosed = false;

  function onTime(): void {
    const quiet = performance.now() - since;
    if (quiet < quietTime) {
      begin(quietTime - quiet);
      return;
    }
    timer = undefined;
    indexSlice(reached).then((end) => {
      reached = end ?? '0';
      // Deliveries that arrive in the meantime are stored between two slices.
      if (end !== undefined && !isClosed) begin(0);
    }, onError);
  }

  function begin(delay: number): void {
    timer = setTimeout(onTime, delay).unref();
  }

  /**
   * @param from the id up to which the words were just indexed
   * @returns the last indexed id, if there may be more deliveries to index
   */
  async function indexSlice(from: string): Promise<string | undefined> {
    if (isClosed) return undefined;
    const rows = await db.read({ text: notIndexed(db.prefix), values: [from] });
    if (rows.length > 0) {
      const ids = toList(rows.map(({ id }) => id ?? null));
      await db.write({ text: addWords(db.prefix), values: [ids, toList(rows.map(wordsOf))] });
    }
    if (rows.length === limits.rows) return String(rows.at(-1)?.id);
    await db.write({ text: advance(db.prefix) });
    return undefined;
  }

  return {
    postpone() {
      since = performance.now();
      if (timer === undefined && !readOnly) begin(quietTime);
    },
    async catchUp() {
      if (readOnly) return;
      for (let from: string | undefined = '0'; from !== undefined; ) from = await indexSlice(from);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** Return the words of a body with their positions, in the text form of a tsvector. */
function wordsOf({ body }: Row): string {
  const text = toSearchText(
    Buffer.from(body ?? '', 'base64')
      .toString()
      .slice(0, limits.characters),
  );
  const positions = new Map<string, number[]>();
  for (const [index, token] of searchTokens(text).entries()) {
    const word = token.slice(0, longestToken);
    const known = positions.get(word) ?? [];
    if (known.length < mostPositions) known.push(Math.min(index + 1, lastPosition));
    positions.set(word, known);
  }
  return [...positions].map(([word, at]) => `'${word}':${at.join(',')}`).join(' ');
}

/**
 * Convert a user's search into a tsquery. Every word must occur; a word also matches longer words that begin with it. A
 * word with separators, such as an address, matches the same sequence of words.
 * @returns `undefined` if no word contains a letter or a digit, so that no delivery matches
 * @throws ConfigurationError if the search contains no word, or more than 1000 different words
 */
export function toQuery(text: string): string | undefined {
  const phrases = searchWords(text).map((word) =>
    searchTokens(word).map((token) => token.slice(0, longestToken)),
  );
  if (phrases.some((tokens) => tokens.length === 0)) return undefined;
  const ofPhrase = (tokens: readonly string[]) =>
    tokens.map((token, index) => (index === tokens.length - 1 ? `'${token}':*` : `'${token}'`)).join(' <-> ');
  return phrases.map((tokens) => `(${ofPhrase(tokens)})`).join(' & ');
}
