/** What a layout has to know of a column. */
export interface Space {
  /** Columns of the screen that its text takes. */
  readonly natural: number;
  /** Columns that it gets at least while there is room, so that lines stand below each other. @default natural */
  readonly usual?: number;
  /** Columns that are enough for it, if others need the space. @default natural */
  readonly most?: number;
  /** Columns to which its text may be cut. @default natural: it is never cut */
  readonly least?: number;
  /** Which goes first if there is no room: the lowest. One without is never left out. */
  readonly rank?: number;
}

/**
 * The widths of columns side by side, so that they fit. First texts are cut that are longer than enough, then the padding goes,
 * then all texts are cut that may be, then whole columns are left out, each time the least important first.
 * @param width columns of the screen
 * @param gap columns between two
 * @returns a width for each; `undefined` for one that is left out
 */
export function layOut(
  spaces: readonly Space[],
  width: number,
  gap: number,
): readonly (number | undefined)[] {
  const kept = new Set(spaces);
  const byRank = spaces.filter(({ rank }) => rank !== undefined).toSorted(compareRanks);
  for (;;) {
    const widths = fitted(spaces, kept, width, gap);
    const isTooWide = sumOf(widths, gap) > width;
    const next = isTooWide ? byRank.find((space) => kept.has(space)) : undefined;
    if (next === undefined) return spaces.map((space) => widths.get(space));
    kept.delete(next);
  }
}

function fitted(
  spaces: readonly Space[],
  kept: ReadonlySet<Space>,
  width: number,
  gap: number,
): ReadonlyMap<Space, number> {
  const shown = spaces.filter((space) => kept.has(space));
  const widths = new Map(shown.map((space) => [space, Math.max(space.usual ?? 0, space.natural)]));
  const shrinkable = shown.toSorted(compareRanks);
  const reduce = (lowest: (space: Space) => number) => {
    for (const space of shrinkable) {
      const excess = sumOf(widths, gap) - width;
      if (excess <= 0) return;
      const now = widths.get(space) ?? 0;
      widths.set(space, Math.min(now, Math.max(lowest(space), now - excess)));
    }
  };
  reduce(({ natural, usual = 0, most = natural }) => Math.max(usual, Math.min(natural, most)));
  reduce(({ natural, most = natural }) => Math.min(natural, most));
  reduce(({ natural, least = natural }) => least);
  return widths;
}

/** A column without text takes no gap either. */
function sumOf(widths: ReadonlyMap<Space, number>, gap: number): number {
  const taken = [...widths.values()].filter((width) => width > 0);
  return taken.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, taken.length - 1);
}

function compareRanks(
  { rank: a = Number.POSITIVE_INFINITY }: Space,
  { rank: b = Number.POSITIVE_INFINITY }: Space,
) {
  return a === b ? 0 : a - b;
}
