import type { Attributes, Meter, ObservableGauge } from '@opentelemetry/api';
import { cached } from '../metrics/cached.ts';
import type { Instruments } from '../metrics/instruments.ts';
import { bucketsOf, type GaugeName, type MetricDefinition, metricTable } from '../metrics/table.ts';

/** A function that is called before the gauges are read. */
export type BeforeReading = (gauge: GaugeName) => void | Promise<void>;

/** Create the metrics of the table in a meter. */
export function createInstruments(meter: Meter, beforeReading: BeforeReading): Instruments {
  const counters = new Map<string, ReturnType<Meter['createCounter']>>();
  const histograms = new Map<string, ReturnType<Meter['createHistogram']>>();
  const gauges = new Map<string, Set<GaugeSeries>>();

  function gaugeSeries(metric: GaugeName): Set<GaugeSeries> {
    return cached(gauges, metric, () => {
      const all = new Set<GaugeSeries>();
      const gauge: ObservableGauge = meter.createObservableGauge(...settingsOf(metric));
      gauge.addCallback(async (result) => {
        await beforeReading(metric);
        for (const { value, attributes } of all) {
          if (value !== undefined) result.observe(value, attributes);
        }
      });
      return all;
    });
  }

  return {
    counter(metric, labels) {
      const counter = cached(counters, metric, () => meter.createCounter(...settingsOf(metric)));
      const attributes = attributesOf(labels);
      counter.add(0, attributes);
      return (amount = 1) => counter.add(amount, attributes);
    },
    histogram(metric, labels) {
      const histogram = cached(histograms, metric, () => {
        const [name, options] = settingsOf(metric);
        const explicitBucketBoundaries = [...bucketsOf(metric)];
        return meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries } });
      });
      const attributes = attributesOf(labels);
      return (value) => histogram.record(value, attributes);
    },
    gauge(metric, labels) {
      const series: GaugeSeries = { value: 0, attributes: attributesOf(labels) };
      gaugeSeries(metric).add(series);
      return (value) => {
        series.value = value;
      };
    },
  };
}

interface GaugeSeries {
  value: number | undefined;
  readonly attributes: Attributes;
}

function settingsOf(metric: keyof typeof metricTable): [string, { description: string; unit: string }] {
  const { name, help, unit }: MetricDefinition = metricTable[metric];
  return [`spiderfoot.webhook.${name}`, { description: help, unit }];
}

/** The attributes whose meaning the semantic conventions define. The others are in a namespace of our own. */
const conventions: Readonly<Record<string, string>> = {
  endpoint: 'messaging.destination.name',
  code: 'error.type',
};

function attributesOf(labels: Readonly<Record<string, string>>): Attributes {
  const given = Object.entries(labels).filter(([, value]) => value !== '');
  return Object.fromEntries(
    given.map(([label, value]) => [conventions[label] ?? `spiderfoot.webhook.${label}`, value]),
  );
}
