import { number, ratio, table } from '../report/tables.ts';
import type { TelemetryResult } from './overhead.ts';

const intro = `## Telemetry

The requests are those of the adapters' table. The ratios compare a receiver with telemetry with the same receiver without
telemetry. A ratio of 0.97 is a cost of 3%. The metrics are not scraped during the measurement. "A span by hand" is a receiver
without telemetry, and one span of the OpenTelemetry SDK around each request. It shows the least that tracing costs.`;

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
