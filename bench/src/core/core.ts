import type { Progress } from '../report/progress.ts';
import { ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { signedBodies, sizes } from '../support/bodies.ts';
import { type Contender, core, floor, peers } from './peers.ts';

/** One contender at one size. */
export interface CoreResult {
  readonly size: string;
  readonly name: string;
  /** Microseconds for a delivery. */
  readonly time: Series;
  /** Its time over the floor's, round by round. */
  readonly overFloor: Series;
  /** Its time over core's, round by round. */
  readonly overCore: Series;
}

const contenders: readonly Contender[] = [floor, core, ...peers];

/** The number of deliveries per contender and round. It is low, so that the load on the machine hardly changes in a round. */
const batchOf = { '0.5 KB': 500, '20 KB': 200, '1 MB': 5 } as const;

/** Measure verifying, parsing, validating and routing in this process. Every round runs all contenders. */
export async function measureCore(rounds: number, progress: Progress): Promise<CoreResult[]> {
  const results: CoreResult[] = [];
  for (const { name: size, bytes } of sizes) {
    const times = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
    const warmUp = Math.ceil(rounds / 5);
    for (let round = -warmUp; round < rounds; round++) {
      progress.report(`core, ${size}: round ${Math.max(round + 1, 0)} of ${rounds}`);
      const batch = signedBodies(batchOf[size], bytes);
      for (const contender of shuffled(contenders)) {
        const time = await timeOf(contender.prepare(batch));
        if (round >= 0) times.get(contender)?.push((time / batch.length) * 1000);
      }
    }
    for (const [{ name }, series] of times) {
      const overFloor = ratiosOf(series, times.get(floor) ?? []);
      const overCore = ratiosOf(series, times.get(core) ?? []);
      results.push({ size, name, time: seriesOf(series), overFloor, overCore });
    }
  }
  return results;
}

async function timeOf(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
