import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Instruments } from '../metrics/instruments.ts';
import {
  type CounterName,
  durationBuckets,
  type GaugeName,
  type HistogramName,
  type MetricDefinition,
  metricTable,
  queueTimeBuckets,
} from '../metrics/table.ts';

export interface PrometheusInstruments extends Instruments {
  /** Remove a series of a gauge, because its value is unknown. */
  remove(metric: GaugeName, labels: Readonly<Record<string, string>>): void;
}

/** A function that is called before the values of a metric are read. */
export type BeforeReading = (metric: keyof typeof metricTable) => void | Promise<void>;

/** Create all metrics of the table in a registry. */
export function createInstruments(register: Registry, beforeReading: BeforeReading): PrometheusInstruments {
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const gauges = new Map<string, Gauge>();

  const settingsOf = (metric: keyof typeof metricTable) => {
    const definition: MetricDefinition = metricTable[metric];
    const { help, labels } = definition;
    return {
      name: prometheusName(definition),
      help,
      labelNames: [...labels],
      registers: [register],
      collect: () => beforeReading(metric),
    };
  };
  const counter = (metric: CounterName) => cached(counters, metric, () => new Counter(settingsOf(metric)));
  const gauge = (metric: GaugeName) => cached(gauges, metric, () => new Gauge(settingsOf(metric)));
  const histogram = (metric: HistogramName) => {
    const buckets = metric === 'queueTime' ? queueTimeBuckets : durationBuckets;
    return cached(histograms, metric, () => new Histogram({ ...settingsOf(metric), buckets }));
  };

  // Their series are created when a registry reads them, so the registry must know them.
  counter('handlerRuns');
  histogram('handlerDuration');

  return {
    add: (metric, labels, amount = 1) => counter(metric).inc(labels, amount),
    record: (metric, labels, seconds) => histogram(metric).observe(labels, seconds),
    set: (metric, labels, value) => gauge(metric).set(labels, value),
    prepare: (metric, labels) => histogram(metric).zero(labels),
    remove: (metric, labels) => gauge(metric).remove(labels),
  };
}

/** Return the name of a metric by the conventions of Prometheus: the unit is a suffix, and counters end with `_total`. */
function prometheusName({ kind, name, unit }: MetricDefinition): string {
  const suffix = `${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`;
  return `spiderfoot_webhook_${name.replaceAll('.', '_')}${suffix}`;
}

function cached<Value>(values: Map<string, Value>, key: string, create: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const value = create();
  values.set(key, value);
  return value;
}
