import { requestRate, startTarget, type Target, toRequest } from '../http/load.ts';
import type { Progress } from '../report/progress.ts';
import { quantile, ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { signedBodies } from '../support/bodies.ts';
import { startGuide } from './guide.ts';

/** The figures of one receiver, with or without a durable store. */
export interface StoreHttpResult {
  readonly name: string;
  readonly connections: number;
  readonly requestsPerSecond: Series;
  /** Its rate over that of the receiver without a store, round by round. */
  readonly overNone: Series;
  /**
   * Microseconds of CPU time of the receiver's process per delivery, including the work that continues after the
   * response. `undefined` for a receiver whose process does not report it.
   */
  readonly cpu: Series | undefined;
  /** Its CPU time over that of the receiver without a store, round by round. */
  readonly cpuOverNone: Series | undefined;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const none = 'core/node';
const names = [none, 'core/node, log', 'core/node, queue'] as const;
const bytes = 512;
/** Requests in a round, by connections. */
const loads = [
  { connections: 64, batch: 3000 },
  { connections: 1, batch: 300 },
] as const;
/**
 * The least number of rounds before the first one that counts. The JIT compiler optimizes the code of a store later than
 * that of the receiver, because a round has fewer commits than deliveries.
 */
const leastWarmUp = 10;

/** A port that no other program here uses. The guide's receiver needs a fixed one. */
const guidePort = 39_127;
/** Fewer requests than for the other receivers, because the guide's receiver is slow. */
const guideBatch = 400;

export async function measureStoreHttp(rounds: number, progress: Progress): Promise<StoreHttpResult[]> {
  const targets: Target[] = await Promise.all(names.map(startTarget));
  const guide = await startGuide(guidePort);
  if (guide !== undefined) targets.push(guide);
  try {
    const results: StoreHttpResult[] = [];
    for (const { connections, batch } of loads) {
      const rates = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
      const latencies = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
      const cpuTimes = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
      const cpuBefore = new Map<Target, number>();
      const warmUp = Math.max(leastWarmUp, Math.ceil(rounds / 4));
      for (let round = -warmUp; round < rounds; round++) {
        progress.report(`stores, ${connections} connections: round ${Math.max(round + 1, 0)} of ${rounds}`);
        for (const target of shuffled(targets)) {
          const count = target === guide ? Math.min(guideBatch, batch) : batch;
          const requests = signedBodies(count, bytes).map(({ body, digest }) => toRequest(body, digest));
          const times: number[] = [];
          const status = target.name.endsWith('queue') ? 202 : 200;
          const rate = await requestRate(target, requests, status, { connections, latencies: times });
          // From the end of one round to the end of the next, so that work after the last response is counted.
          const cpu = target === guide ? Number.NaN : await target.cpu();
          const cpuTime = (cpu - (cpuBefore.get(target) ?? Number.NaN)) / count;
          cpuBefore.set(target, cpu);
          if (round < 0) continue;
          cpuTimes.get(target.name)?.push(cpuTime);
          rates.get(target.name)?.push(rate);
          latencies.get(target.name)?.push(...times);
        }
      }
      const cpuOfNone = cpuTimes.get(none) ?? [];
      for (const target of targets) {
        const { name } = target;
        const cpu = target === guide ? undefined : cpuTimes.get(name);
        const rate = rates.get(name) ?? [];
        const times = latencies.get(name) ?? [];
        results.push({
          name,
          connections,
          requestsPerSecond: seriesOf(rate),
          overNone: ratiosOf(rate, rates.get(none) ?? []),
          cpu: cpu && seriesOf(cpu),
          cpuOverNone: cpu && ratiosOf(cpu, cpuOfNone),
          p50: quantile(times, 0.5),
          p99: quantile(times, 0.99),
        });
      }
    }
    return results;
  } finally {
    for (const target of targets) target.stop();
  }
}
