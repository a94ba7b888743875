/** One series of the chart, such as a severity. */
export interface ChartSeries {
  readonly name: string;
  /** The custom property of its color, without `--chart-`. */
  readonly color: string;
  readonly values: readonly number[];
}

/** The counts of each time span. */
export interface ChartData {
  /** The beginnings of the spans, in seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
}

/** Fetch the data of a chart. */
export async function fetchChartData(url: string): Promise<ChartData> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return readChartData(await response.json());
}

function readChartData(data: unknown): ChartData {
  if (typeof data !== 'object' || data === null || !('times' in data) || !('series' in data)) {
    throw new TypeError('The response has no times or no series.');
  }
  const series: readonly unknown[] = Array.isArray(data.series) ? data.series : [];
  return { times: numbers(data.times), series: series.flatMap(readSeries) };
}

function readSeries(series: unknown): readonly ChartSeries[] {
  if (typeof series !== 'object' || series === null) return [];
  if (!('name' in series && 'color' in series && 'values' in series)) return [];
  return [{ name: String(series.name), color: String(series.color), values: numbers(series.values) }];
}

const numbers = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];

/** Return the sums of each series and those below it: the upper ends of stacked bars. */
export function stack(series: readonly ChartSeries[]): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, index) => value + (below?.[index] ?? 0)));
  }
  return sums;
}
