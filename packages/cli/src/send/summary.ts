import { createHistogram } from 'node:perf_hooks';
import type { Bar } from '../terminal/bar-chart.ts';
import type { Delivered } from './deliver.ts';

/** The results of many webhooks. */
export interface Summary {
  readonly sent: number;
  readonly unexpected: number;
  /** The number of webhooks by the last status, or by the reason why there was no response. */
  readonly answers: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds from a request to its response. */
  readonly latency: Readonly<Record<'min' | 'p50' | 'p90' | 'p99' | 'max', number>> | undefined;
}

/** Counts results and measures latencies. */
export interface SummaryCounter {
  readonly unexpected: number;
  add(delivered: Delivered): void;
  summary(): Summary;
  /** Return the histogram of the latencies. */
  bars(): readonly Bar[];
}

/** The upper limits of the bars, in milliseconds. */
const ends = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

export function createSummaryCounter(): SummaryCounter {
  const start = performance.now();
  const histogram = createHistogram();
  const bars = new Map<number, number>();
  const answers = new Map<string, number>();
  let sent = 0;
  let unexpected = 0;
  return {
    get unexpected() {
      return unexpected;
    },
    add({ attempts, expected }) {
      sent += 1;
      if (!expected) unexpected += 1;
      for (const attempt of attempts) {
        if (!('status' in attempt)) continue;
        // A histogram records only whole numbers, so use microseconds.
        histogram.record(Math.max(1, Math.round(attempt.ms * 1000)));
        count(bars, ends.find((end) => attempt.ms <= end) ?? Number.POSITIVE_INFINITY);
      }
      const last = attempts.at(-1);
      if (last !== undefined) count(answers, 'status' in last ? String(last.status) : last.error);
    },
    summary() {
      const seconds = (performance.now() - start) / 1000;
      const at = (percent: number) => histogram.percentile(percent) / 1000;
      const latency =
        histogram.count === 0
          ? undefined
          : { min: histogram.min / 1000, p50: at(50), p90: at(90), p99: at(99), max: histogram.max / 1000 };
      return {
        sent,
        unexpected,
        answers: Object.fromEntries([...answers].sort(([, a], [, b]) => b - a)),
        seconds: rounded(seconds),
        perSecond: rounded(sent / seconds),
        latency,
      };
    },
    bars() {
      const used = [...ends, Number.POSITIVE_INFINITY].filter((end) => bars.has(end));
      const [from = 0, to = 0] = [used.at(0), used.at(-1)];
      return [...ends, Number.POSITIVE_INFINITY]
        .filter((end) => end >= from && end <= to)
        .map((end) => ({ label: labelOf(end), count: bars.get(end) ?? 0 }));
    },
  };
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function labelOf(end: number): string {
  return Number.isFinite(end) ? `≤ ${end} ms`.padStart(10) : '  longer  ';
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
