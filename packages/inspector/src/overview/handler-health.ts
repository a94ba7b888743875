import type { DeliveryRecord, HandlerRecord } from '@spiderfoot-webhooks/core/stores';

/** How well a handler has worked. */
export interface HandlerHealth {
  readonly name: string;
  readonly runs: number;
  readonly failures: number;
  /** The duration that half of the runs did not exceed, in milliseconds. `undefined` if no duration is known. */
  readonly p50: number | undefined;
  /** The duration that 95% of the runs did not exceed, in milliseconds. */
  readonly p95: number | undefined;
  readonly lastError: HandlerError | undefined;
  /** The first failure after the last success. `undefined` if the newest run succeeded, or the runs were not recorded. */
  readonly failingSince: Date | undefined;
}

interface HandlerError {
  readonly text: string;
  readonly at: Date;
  /** The delivery with which the handler failed. */
  readonly key: string;
}

interface Totals {
  runs: number;
  failures: number;
  readonly durations: number[];
  readonly failedAt: Date[];
  lastSuccess: Date | undefined;
  lastError: HandlerError | undefined;
}

/** Compute the health of each handler. The handler with the highest share of failures is first. */
export function handlerHealth(deliveries: readonly DeliveryRecord[]): readonly HandlerHealth[] {
  const handlers = new Map<string, Totals>();
  for (const delivery of deliveries) {
    for (const handler of delivery.handlers) {
      const totals = handlers.get(handler.name) ?? {
        ...{
          runs: 0,
          failures: 0,
          durations: [],
          failedAt: [],
          lastSuccess: undefined,
          lastError: undefined,
        },
      };
      handlers.set(handler.name, totals);
      addHandler(totals, handler, delivery);
    }
  }
  return [...handlers].map(([name, totals]) => toHealth(name, totals)).toSorted(byFailures);
}

function addHandler(totals: Totals, handler: HandlerRecord, { key, receivedAt }: DeliveryRecord): void {
  const { runs, attempts, succeeded, error } = handler;
  if (runs === undefined) {
    // An older version has not recorded the runs.
    totals.runs += attempts;
    totals.failures += succeeded ? attempts - 1 : attempts;
    if (error !== undefined) setError(totals, { text: error, at: receivedAt, key });
    return;
  }
  totals.runs += runs.length;
  for (const run of runs) {
    totals.durations.push(run.duration);
    if (run.error === undefined) {
      if (totals.lastSuccess === undefined || run.startedAt > totals.lastSuccess) {
        totals.lastSuccess = run.startedAt;
      }
      continue;
    }
    totals.failures++;
    totals.failedAt.push(run.startedAt);
    setError(totals, { text: run.error, at: run.startedAt, key });
  }
}

function setError(totals: Totals, error: HandlerError): void {
  if (totals.lastError === undefined || error.at > totals.lastError.at) totals.lastError = error;
}

function toHealth(name: string, totals: Totals): HandlerHealth {
  const { runs, failures, durations, lastError } = totals;
  const sorted = durations.toSorted((a, b) => a - b);
  return {
    ...{ name, runs, failures, p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), lastError },
    failingSince: failingSince(totals),
  };
}

function failingSince({ failedAt, lastSuccess }: Totals): Date | undefined {
  let first: Date | undefined;
  for (const at of failedAt) {
    if (lastSuccess !== undefined && at <= lastSuccess) continue;
    if (first === undefined || at < first) first = at;
  }
  return first;
}

/** The nearest rank: a duration that was measured. */
function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.ceil(share * sorted.length) - 1];
}

function byFailures(a: HandlerHealth, b: HandlerHealth): number {
  const share = ({ runs, failures }: HandlerHealth) => failures / Math.max(runs, 1);
  return share(b) - share(a) || (a.name < b.name ? -1 : 1);
}
