import type { ProblemRow } from './event-row.ts';

/** Counts repeated rejections instead of showing each, so that a failing client does not hide other lines. */
export interface RepeatCounter {
  /**
   * Count a rejection if it repeats one that was shown: the same problem, client and endpoint.
   * @param cause the cause, if it is known. Another known cause is not a repetition
   * @returns whether it was counted, and must not be shown
   */
  counts(row: ProblemRow, cause?: string): boolean;
  /** Show the counts that have not been shown. */
  close(): void;
}

/** Milliseconds between the lines with the count of one kind of rejection. */
export const countInterval = 10_000;

/** The number of kinds that are counted at the same time, which limits the memory in a flood from many addresses. */
const mostKinds = 1000;

/** The number of causes that are remembered of one kind. Further causes are always shown. */
const mostCauses = 100;

interface Kind {
  readonly row: ProblemRow;
  readonly causes: Set<string>;
  readonly timer: NodeJS.Timeout;
  count: number;
}

/** @param show shows the line with a count */
export function createRepeatCounter(show: (row: ProblemRow) => void): RepeatCounter {
  const kinds = new Map<string, Kind>();

  function showCount(kind: Kind): void {
    if (kind.count === 0) return;
    show({
      ...kind.row,
      time: new Date(),
      ms: undefined,
      problem: `${kind.count} more: ${kind.row.problem}`,
    });
    kind.count = 0;
  }

  function end(key: string, kind: Kind): void {
    clearInterval(kind.timer);
    kinds.delete(key);
    showCount(kind);
  }

  function begin(key: string, row: ProblemRow): Kind {
    const [oldest] = kinds;
    if (oldest !== undefined && kinds.size >= mostKinds) end(...oldest);
    const onInterval = () => (kind.count === 0 ? end(key, kind) : showCount(kind));
    const timer = setInterval(onInterval, countInterval).unref();
    const kind: Kind = { row, causes: new Set(), timer, count: 0 };
    kinds.set(key, kind);
    return kind;
  }

  return {
    counts(row, cause) {
      const key = JSON.stringify([row.endpoint, row.problem]);
      const known = kinds.get(key);
      const isRepeated = known !== undefined && (cause === undefined || known.causes.has(cause));
      const kind = known ?? begin(key, row);
      if (cause !== undefined && kind.causes.size < mostCauses) kind.causes.add(cause);
      if (isRepeated) kind.count += 1;
      return isRepeated;
    },
    close() {
      for (const [key, kind] of kinds) end(key, kind);
    },
  };
}
