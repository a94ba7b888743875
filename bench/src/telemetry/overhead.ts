import { measureTargets } from '../http/http.ts';
import { startTarget } from '../http/load.ts';
import type { Progress } from '../report/progress.ts';
import { ratiosOf, type Series, seriesOf } from '../report/statistics.ts';

/** The figures of a receiver with telemetry, and its ratios to the same receiver without telemetry. */
export interface TelemetryResult {
  readonly name: string;
  readonly requestsPerSecond: Series;
  /** Its rate over the other's, round by round. */
  readonly ratio: Series;
  /** Microseconds of CPU time per request. */
  readonly cpu: Series;
  /** The other's CPU time over its own: the ratio of their rates on a fully used CPU. */
  readonly cpuRatio: Series;
}

interface Group {
  readonly without: string;
  readonly status: number;
  /** The servers that have telemetry, with their titles. */
  readonly observed: Readonly<Record<string, string>>;
}

const groups: readonly Group[] = [
  {
    without: 'core/node',
    status: 200,
    observed: {
      'core/node, metrics': '`node:http`: Prometheus metrics',
      'core/node, traced by hand': '`node:http`: a span by hand, 10% sampled',
      'core/node, traces': '`node:http`: OpenTelemetry traces, 10% sampled',
      'core/node, all traces': '`node:http`: OpenTelemetry traces, all sampled',
    },
  },
  {
    without: 'express',
    status: 200,
    observed: {
      'express, metrics': 'Express: Prometheus metrics',
      'express, traces': 'Express: OpenTelemetry traces, 10% sampled',
    },
  },
  {
    without: 'core/node, queue',
    status: 202,
    observed: {
      'core/node, queue, metrics': '`node:http`, SQLite queue: Prometheus metrics',
      'core/node, queue, traces': '`node:http`, SQLite queue: OpenTelemetry traces, 10% sampled',
    },
  },
];

/** Compare a receiver over HTTP with the same receiver without telemetry. */
export async function measureTelemetry(rounds: number, progress: Progress): Promise<TelemetryResult[]> {
  const results: TelemetryResult[] = [];
  for (const group of groups) results.push(...(await measureGroup(group, rounds, progress)));
  return results;
}

async function measureGroup({ without, status, observed }: Group, rounds: number, progress: Progress) {
  const targets = await Promise.all([without, ...Object.keys(observed)].map(startTarget));
  try {
    const { rates, cpus } = await measureTargets('telemetry', targets, rounds, progress, status);
    return Object.entries(observed).map(([server, name]) => ({
      name,
      requestsPerSecond: seriesOf(rates(server)),
      ratio: ratiosOf(rates(server), rates(without)),
      cpu: seriesOf(cpus(server)),
      cpuRatio: ratiosOf(cpus(without), cpus(server)),
    }));
  } finally {
    for (const target of targets) target.stop();
  }
}
