import { number, ratio, table } from '../report/tables.ts';
import type { TelemetryResult } from './overhead.ts';

const intro = `## Telemetry

The requests of the adapters' table, to a receiver with telemetry. The ratios compare it with the same receiver without
telemetry. A ratio of 0.97 is a cost of 3 %. The metrics are not scraped during the measurement. The span by hand is one span
per request of the OpenTelemetry SDK around the same receiver, without a span per handler: the least that tracing costs.`;

export function telemetryParts(results: readonly TelemetryResult[]): string[] {
  const rows = results.map(({ name, requestsPerSecond, cpu, ratio: rate, cpuRatio }) => [
    name,
    number(requestsPerSecond.median),
    number(cpu.median),
    ratio(rate),
    ratio(cpuRatio),
  ]);
  return [intro, table(['', 'requests/s', 'CPU µs', '× its rate', '× its rate at full CPU'], rows)];
}
