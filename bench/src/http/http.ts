import type { Progress } from '../report/progress.ts';
import { ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { signedBodies } from '../support/bodies.ts';
import { requestRate, startTarget, type Target, toRequest } from './load.ts';

/** The figures of one server. */
export interface HttpResult {
  readonly name: string;
  readonly requestsPerSecond: Series;
  /** The name of the server that it is compared with. */
  readonly against: string;
  /** Its rate over the other's, round by round. */
  readonly ratio: Series;
  /** Microseconds of CPU time per request. */
  readonly cpu: Series;
  /** The other's CPU time over its own: the ratio of their rates on a fully used CPU. */
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

/** Compare each adapter with a hand-written receiver in the same framework, and with plain `node:http`. */
export async function measureHttp(rounds: number, progress: Progress): Promise<HttpResult[]> {
  const names = ours.flatMap((name): string[] => [byHand[name], name]);
  const targets = await Promise.all(names.map(startTarget));
  try {
    const { rates, cpus } = await measureTargets('adapters', targets, rounds, progress);
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

/**
 * Send the same requests to each server, round by round, in random order.
 * @param status the status that each response must have
 */
export async function measureTargets(
  title: string,
  targets: readonly Target[],
  rounds: number,
  progress: Progress,
  status = 200,
) {
  const rates = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
  const cpus = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
  // The first rounds only let the JIT compiler optimize the code.
  const warmUp = Math.ceil(rounds / 4);
  for (let round = -warmUp; round < rounds; round++) {
    progress.report(`${title}: round ${Math.max(round + 1, 0)} of ${rounds}`);
    const requests = signedBodies(batch, bytes).map(({ body, digest }) => toRequest(body, digest));
    for (const target of shuffled(targets)) {
      const before = await target.cpu();
      const rate = await requestRate(target, requests, status);
      const cpu = ((await target.cpu()) - before) / batch;
      if (round < 0) continue;
      rates.get(target.name)?.push(rate);
      cpus.get(target.name)?.push(cpu);
    }
  }
  return { rates: (name: string) => rates.get(name) ?? [], cpus: (name: string) => cpus.get(name) ?? [] };
}
