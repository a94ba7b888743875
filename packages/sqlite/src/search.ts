import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Commits } from './commits.ts';
import type { Connection } from './connection.ts';

/** Rows, and characters, that are indexed in one go: some milliseconds. A delivery that comes meanwhile waits for no more. */
const sliceLimits = { rows: 200, characters: 65_536 };

/** Milliseconds without a delivery after which the index catches up by itself. */
const quietTime = 2000;

/** Row numbers are never given out twice, so what is past the highest indexed one has not been indexed. */
const indexNext = `
  INSERT INTO webhook_search (rowid, payload)
  SELECT id, payload FROM (
    SELECT id, payload, sum(length(payload)) OVER (ORDER BY id) - length(payload) AS before FROM (
      SELECT id, substr(payload, 1, ${sliceLimits.characters}) AS payload FROM webhook_logs
      WHERE id > coalesce((SELECT rowid FROM webhook_search ORDER BY rowid DESC LIMIT 1), 0)
      ORDER BY id LIMIT ${sliceLimits.rows}
    )
  ) WHERE before < ${sliceLimits.characters}`;

/** The full text of payloads. Kept off the way of the deliveries: it follows when nothing comes, or when it is asked for. */
export interface Search {
  /** Told of a delivery. */
  postpone(): void;
  catchUp(): Promise<void>;
  close(): void;
}

export function createSearch(
  connection: Connection,
  commits: Commits,
  onError: (error: unknown) => void,
): Search {
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  let closed = false;

  function onTime(): void {
    const quiet = performance.now() - since;
    if (quiet < quietTime) {
      begin(quietTime - quiet);
      return;
    }
    timer = undefined;
    indexSlice().then((more) => {
      // By slices, so that a delivery that comes meanwhile is not held up.
      if (more && !closed) begin(0);
    }, onError);
  }

  function begin(delay: number): void {
    timer = setTimeout(onTime, delay).unref();
  }

  async function indexSlice(): Promise<boolean> {
    const { changes } = await commits.write(() => connection.statement(indexNext).run());
    return changes > 0;
  }

  return {
    postpone() {
      since = performance.now();
      if (timer === undefined) begin(quietTime);
    },
    async catchUp() {
      while (await indexSlice());
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/**
 * A search as people write it, in FTS5's language: every word has to be there, the last letters of one may be missing.
 * Each word is quoted, so that nothing in it is an operator; NUL, which would end the query, parts words.
 * @throws ConfigurationError where there is no word
 */
export function toMatch(text: string): string {
  const words = text.split(/[\s\0]+/).filter((word) => word !== '');
  if (words.length === 0) throw new ConfigurationError('text', 'must have a word in it.');
  return words.map((word) => `"${word.replaceAll('"', '""')}"*`).join(' ');
}
