/** The label of each value that is not known in advance. A sender can invent any number of types. */
export const other = 'other';

/** Returns the series of a value. */
export type SeriesOf<Series> = (value: string | undefined) => Series;

/**
 * Create a series for each known label. Any other value shares one series, because each series needs memory here and in
 * Prometheus.
 */
export function knownSeries<Series>(
  known: readonly string[],
  create: (label: string) => Series,
): SeriesOf<Series> {
  return limitedSeries(known, known.length, create);
}

/** Create a series for each known label, and for the first other values, up to a number of series. */
export function limitedSeries<Series>(
  known: readonly string[],
  limit: number,
  create: (label: string) => Series,
): SeriesOf<Series> {
  const series = new Map(known.map((label) => [label, create(label)]));

  function add(label: string): Series {
    const added = create(label);
    series.set(label, added);
    return added;
  }

  return (value = other) => {
    const existing = series.get(value);
    if (existing !== undefined) return existing;
    return series.size < limit ? add(value) : (series.get(other) ?? add(other));
  };
}
