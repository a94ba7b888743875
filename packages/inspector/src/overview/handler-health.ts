import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';

/** The results of one handler. */
export interface HandlerHealth {
  readonly name: string;
  readonly runs: number;
  /** From 0 to 1. */
  readonly successRate: number;
  /** Milliseconds. `undefined` if no duration was recorded. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly lastError: string | undefined;
}

interface Totals {
  runs: number;
  failures: number;
  readonly durations: number[];
  lastError: string | undefined;
}

/**
 * Add up the runs of each handler. The least successful handler is first.
 * @param deliveries newest first
 */
export function handlerHealth(deliveries: readonly DeliveryRecord[]): readonly HandlerHealth[] {
  const handlers = new Map<string, Totals>();
  for (const { name, succeeded, error, runs } of deliveries.flatMap((delivery) => delivery.handlers)) {
    const totals = handlers.get(name) ?? { runs: 0, failures: 0, durations: [], lastError: undefined };
    handlers.set(name, totals);
    // A record of an older version has only its last result.
    const results = runs ?? [{ duration: undefined, ...(!succeeded && { error: error ?? '' }) }];
    for (const run of results.toReversed()) {
      totals.runs += 1;
      if (run.error !== undefined) totals.failures += 1;
      totals.lastError ??= run.error;
      if (run.duration !== undefined) totals.durations.push(run.duration);
    }
  }
  return [...handlers]
    .map(([name, { runs, failures, durations, lastError }]) => {
      const sorted = durations.toSorted((a, b) => a - b);
      const successRate = runs === 0 ? 1 : 1 - failures / runs;
      return {
        name,
        runs,
        successRate,
        p50: percentile(sorted, 0.5),
        p95: percentile(sorted, 0.95),
        lastError,
      };
    })
    .toSorted((a, b) => a.successRate - b.successRate || b.runs - a.runs);
}

function percentile(sorted: readonly number[], part: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)];
}

/** The most frequent values of a field, with their counts. */
export function topValues(
  deliveries: readonly DeliveryRecord[],
  field: 'scanId' | 'target',
): readonly (readonly [value: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { [field]: value = '' } of deliveries) {
    if (value.trim() !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).slice(0, 5);
}
