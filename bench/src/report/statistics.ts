/** The result of a series of rounds. */
export interface Series {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** A quarter of the values are below this one. */
  readonly lower: number;
  /** A quarter of the values are above this one. */
  readonly upper: number;
}

export function seriesOf(values: readonly number[]): Series {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
  const part = (share: number) => at(Math.floor((sorted.length - 1) * share));
  return { median, min: at(0), max: at(sorted.length - 1), lower: part(0.25), upper: part(0.75) };
}

/** Return a quantile. @param part 0.5 for the median, 0.99 for the value that one in a hundred exceeds */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Compute ratios round by round, because a moment of load on the machine slows both sides of one round. */
export function ratiosOf(values: readonly number[], others: readonly number[]): Series {
  return seriesOf(values.map((value, round) => value / (others[round] ?? Number.NaN)));
}

/** Shuffle items, so that no contender always runs first or always collects the garbage of the same predecessor. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
