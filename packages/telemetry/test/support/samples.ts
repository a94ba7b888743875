/** The values of a scrape by their series, for example `name{label="value"}`. The labels are in the order of the text. */
export type Samples = ReadonlyMap<string, number>;

export function samplesOf(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** Return the series that are not 0, of the metrics whose names begin with a prefix. Without the prefix of the kit. */
export function increased(samples: Samples, prefix: string): Record<string, number> {
  const kit = 'spiderfoot_webhook_';
  return Object.fromEntries(
    [...samples]
      .filter(([series, value]) => series.startsWith(kit + prefix) && value !== 0)
      .map(([series, value]) => [series.slice(kit.length), value]),
  );
}
