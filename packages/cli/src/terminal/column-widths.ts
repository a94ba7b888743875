/** The properties of a column that a layout uses. */
export interface Space {
  /** The width of its text, in columns of the screen. */
  readonly natural: number;
  /** The minimum width if there is enough space, so that lines are aligned. @default natural */
  readonly usual?: number;
  /** The width to which its text is cut first if other columns need the space. @default natural */
  readonly most?: number;
  /** The minimum width to which its text may be cut. @default natural: it is never cut */
  readonly least?: number;
  /** The priority: the column with the lowest rank is left out first. A column without a rank is never left out. */
  readonly rank?: number;
}

/**
 * Return the widths of columns so that they fit side by side. First, texts are cut to `most`. Then, padding to `usual`
 * is removed. Then, texts are cut to `least`. Finally, columns are left out. Each step begins with the column that has
 * the lowest rank.
 * @param width columns of the screen
 * @param gap the number of blanks between two columns
 * @returns the width of each column; `undefined` for a column that is left out
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

/**
 * Return the widths of columns as {@link layOut} does, except for the column with the lowest rank. If all others fit
 * uncut without that column, leave it out instead of cutting it, because a truncated identifier is useless.
 */
export function layOutTable(
  spaces: readonly Space[],
  width: number,
  gap: number,
): readonly (number | undefined)[] {
  const widths = layOut(spaces, width, gap);
  const [least] = spaces.filter(({ rank }) => rank !== undefined).toSorted(compareRanks);
  if (least === undefined) return widths;
  const isUncut = (space: Space, among: readonly (number | undefined)[]) =>
    (among[spaces.indexOf(space)] ?? 0) >= space.natural;
  if (isUncut(least, widths)) return widths;
  const others = layOut(
    spaces.map((space) => (space === least ? { natural: 0 } : space)),
    width,
    gap,
  );
  return spaces.every((space) => space === least || isUncut(space, others)) ? others : widths;
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

/** A column without text needs no gap. */
function sumOf(widths: ReadonlyMap<Space, number>, gap: number): number {
  const visible = [...widths.values()].filter((width) => width > 0);
  return visible.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, visible.length - 1);
}

function compareRanks(
  { rank: a = Number.POSITIVE_INFINITY }: Space,
  { rank: b = Number.POSITIVE_INFINITY }: Space,
) {
  return a === b ? 0 : a - b;
}
