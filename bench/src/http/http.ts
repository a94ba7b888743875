import type { Progress } from '../report/progress.ts';
import { ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { signedBodies } from '../support/bodies.ts';
import { requestRate, startTarget, type Target, toRequest } from './load.ts';

/** One server. */
export interface HttpResult {
  readonly name: string;
  readonly requestsPerSecond: Series;
  /** What it is held against. */
  readonly against: string;
  /** Its rate over the other's, round by round. */
  readonly ratio: Series;
  /** Microseconds on a processor for a request. */
  readonly cpu: Series;
  /** The other's over its own: how many times as many requests a processor that is fully busy gets through. */
  readonly cpuRatio: Series;
}

const byHand = {
  'core/node': 'node:http, by hand',
  express: 'express.json({ verify }), by hand',
  koa: 'koa, by hand',
  hono: 'hono, by hand',
} as const;

const ours = ['core/node', 'express', 'koa', 'hono'] as const;
const floor: string = 'node:http, by hand';

const bytes = 512;
const batch = 1000;

/** Each adapter against the same framework with a receiver written by hand, and against bare `node:http`. */
export async function measureHttp(rounds: number, progress: Progress): Promise<HttpResult[]> {
  const names = ours.flatMap((name): string[] => [byHand[name], name]);
  const targets = await Promise.all(names.map(startTarget));
  try {
    const { rates, cpus } = await measure(targets, rounds, progress);
    const compare = (name: string, against: string): HttpResult => ({
      name,
      requestsPerSecond: seriesOf(rates(name)),
      against,
      ratio: ratiosOf(rates(name), rates(against)),
      cpu: seriesOf(cpus(name)),
      cpuRatio: ratiosOf(cpus(against), cpus(name)),
    });
    return [
      ...ours.map((name) => compare(name, byHand[name])),
      ...names.filter((name) => name !== 'core/node').map((name) => compare(name, floor)),
    ];
  } finally {
    for (const target of targets) target.stop();
  }
}

async function measure(targets: readonly Target[], rounds: number, progress: Progress) {
  const rates = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
  const cpus = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
  // The first rounds are for the compilers.
  const warmUp = Math.ceil(rounds / 4);
  for (let round = -warmUp; round < rounds; round++) {
    progress.tell(`adapters: round ${Math.max(round + 1, 0)} of ${rounds}`);
    const requests = signedBodies(batch, bytes).map(({ body, digest }) => toRequest(body, digest));
    for (const target of shuffled(targets)) {
      const before = await target.cpu();
      const rate = await requestRate(target, requests, 200);
      const cpu = ((await target.cpu()) - before) / batch;
      if (round < 0) continue;
      rates.get(target.name)?.push(rate);
      cpus.get(target.name)?.push(cpu);
    }
  }
  return { rates: (name: string) => rates.get(name) ?? [], cpus: (name: string) => cpus.get(name) ?? [] };
}
