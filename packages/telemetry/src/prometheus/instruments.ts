import { Counter, Gauge, type Registry } from 'prom-client';
import { cached } from '../metrics/cached.ts';
import type { Instruments } from '../metrics/instruments.ts';
import { bucketsOf, type HistogramName, type MetricDefinition, metricTable } from '../metrics/table.ts';
import { SeriesHistogram } from './series-histogram.ts';

type MetricName = keyof typeof metricTable;

/** A function that is called before the values of a metric are read. */
export type BeforeReading = (metric: MetricName) => void | Promise<void>;

/**
 * Create the metrics of the table in a registry.
 * @param beforeReading called at each scrape. It may add series and set gauges
 */
export function createInstruments(register: Registry, beforeReading: BeforeReading): Instruments {
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, SeriesHistogram>();
  const gauges = new Map<string, Gauge>();
  /** Functions that pass changed values to prom-client, by metric. */
  const updates = new Map<MetricName, (() => void)[]>();

  async function update(metric: MetricName): Promise<void> {
    await beforeReading(metric);
    for (const updateSeries of updates.get(metric) ?? []) updateSeries();
  }

  function onUpdate(metric: MetricName, updateSeries: () => void): void {
    updates.set(metric, [...(updates.get(metric) ?? []), updateSeries]);
  }

  function settingsOf(metric: MetricName) {
    const definition: MetricDefinition = metricTable[metric];
    const { help, labels } = definition;
    return { name: prometheusName(definition), help, labelNames: [...labels], registers: [register] };
  }

  const histogramOf = (metric: HistogramName) =>
    cached(
      histograms,
      metric,
      () =>
        new SeriesHistogram({ ...settingsOf(metric), buckets: [...bucketsOf(metric)] }, () => update(metric)),
    );
  const counterOf = (metric: MetricName) =>
    cached(counters, metric, () => new Counter({ ...settingsOf(metric), collect: () => update(metric) }));
  const gaugeOf = (metric: MetricName) =>
    cached(gauges, metric, () => new Gauge({ ...settingsOf(metric), collect: () => update(metric) }));

  // Their series are created when a registry reads them, so the registry must know them.
  counterOf('handlerRuns');
  histogramOf('handlerDuration');

  return {
    counter(metric, labels) {
      const counter = counterOf(metric);
      counter.inc(labels, 0);
      let added = 0;
      onUpdate(metric, () => {
        if (added !== 0) counter.inc(labels, added);
        added = 0;
      });
      return (amount = 1) => {
        added += amount;
      };
    },
    histogram: (metric, labels) => histogramOf(metric).child(labels),
    gauge(metric, labels) {
      const gauge = gaugeOf(metric);
      gauge.set(labels, 0);
      let current: number | undefined = 0;
      onUpdate(metric, () => {
        if (current === undefined) gauge.remove(labels);
        else gauge.set(labels, current);
      });
      return (value) => {
        current = value;
      };
    },
  };
}

/** Return the name of a metric by the conventions of Prometheus: the unit is a suffix, and counters end with `_total`. */
function prometheusName({ kind, name, unit }: MetricDefinition): string {
  const suffix = `${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`;
  return `spiderfoot_webhook_${name.replaceAll('.', '_')}${suffix}`;
}
