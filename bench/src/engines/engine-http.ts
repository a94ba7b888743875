import { requestRate, toRequest } from '../http/load.ts';
import type { Progress } from '../report/progress.ts';
import { quantile, ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { signedBodies } from '../support/bodies.ts';
import { contenders, names, RunningContender } from './contenders.ts';

/** The figures of one receiver over one engine, at one number of connections. */
interface EngineHttpResult {
  readonly name: string;
  readonly connections: number;
  /** Responses with 2xx per second. */
  readonly acknowledgedPerSecond: Series;
  /** Microseconds of CPU time per delivery. */
  readonly receiverCpu: Series;
  readonly engineCpu: Series;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** One contender over another one, round by round. */
export interface EngineRatio {
  readonly name: string;
  readonly against: string;
  readonly connections: number;
  readonly rate: Series;
  /** The other's CPU time over its own, receiver and engine together: the ratio of their rates on a fully used CPU. */
  readonly atFullCpu: Series;
  /** The least ratio of rates that the project wants. */
  readonly target: number | undefined;
}

export interface EngineHttpFigures {
  readonly results: readonly EngineHttpResult[];
  readonly ratios: readonly EngineRatio[];
}

const bytes = 512;

/** Requests in a round, by connections. */
const loads = [
  { connections: 1, batch: 250 },
  { connections: 64, batch: 2500 },
  { connections: 256, batch: 2500 },
] as const;

const comparisons: readonly (readonly [name: string, against: string, target?: number])[] = [
  [names.postgresAlone, names.pgBoss, 2],
  [names.postgresAlone, names.add, 2],
  [names.postgres, names.addWorker],
  [names.sqlite, names.bullmq, 2],
  [names.bullmqAlone, names.add],
  [names.bullmq, names.addWorker],
  [names.sqlite, names.none],
  [names.postgres, names.none],
];

interface Round {
  readonly rate: number;
  readonly receiver: number;
  readonly engine: number;
  readonly latencies: readonly number[];
}

/** Measure receivers over HTTP. Each has a database of its own, on the same disk. */
export async function measureEngineHttp(rounds: number, progress: Progress): Promise<EngineHttpFigures> {
  const running: RunningContender[] = [];
  try {
    for (const contender of contenders) {
      progress.report(`engines: starting ${contender.name}`);
      running.push(await RunningContender.start(contender));
    }
    const results: EngineHttpResult[] = [];
    const ratios: EngineRatio[] = [];
    for (const load of loads) {
      const measured = new Map(running.map(({ name }): [string, Round[]] => [name, []]));
      // The JIT compiler optimizes the code of a store late, because a round has fewer commits than deliveries.
      const warmUp = Math.ceil(rounds / 4);
      for (let round = -warmUp; round < rounds; round++) {
        progress.report(
          `engines, ${load.connections} connections: round ${Math.max(round + 1, 0)} of ${rounds}`,
        );
        for (const contender of shuffled(running)) {
          const figures = await measureRound(contender, load);
          if (round >= 0) measured.get(contender.name)?.push(figures);
        }
      }
      const roundsOf = (name: string) => measured.get(name) ?? [];
      results.push(...running.map(({ name }) => toResult(name, load.connections, roundsOf(name))));
      for (const [name, against, target] of comparisons) {
        const ratio = compare(roundsOf(name), roundsOf(against));
        ratios.push({ name, against, connections: load.connections, ...ratio, target });
      }
    }
    return { results, ratios };
  } finally {
    for (const contender of running) await contender.stop();
  }
}

async function measureRound(
  contender: RunningContender,
  { connections, batch }: (typeof loads)[number],
): Promise<Round> {
  const requests = signedBodies(batch, bytes).map(({ body, digest }) => toRequest(body, digest));
  const latencies: number[] = [];
  const before = await contender.cpu();
  const rate = await requestRate(contender, requests, contender.status, { connections, latencies });
  await contender.drain(batch);
  const after = await contender.cpu();
  const receiver = (after.receiver - before.receiver) / batch;
  const engine = (after.engine - before.engine) / batch;
  return { rate, receiver, engine, latencies };
}

function toResult(name: string, connections: number, rounds: readonly Round[]): EngineHttpResult {
  const latencies = rounds.flatMap((round) => round.latencies);
  return {
    name,
    connections,
    acknowledgedPerSecond: seriesOf(rounds.map(({ rate }) => rate)),
    receiverCpu: seriesOf(rounds.map(({ receiver }) => receiver)),
    engineCpu: seriesOf(rounds.map(({ engine }) => engine)),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

function compare(
  rounds: readonly Round[],
  others: readonly Round[],
): Pick<EngineRatio, 'rate' | 'atFullCpu'> {
  const cpu = ({ receiver, engine }: Round) => receiver + engine;
  return {
    rate: ratiosOf(
      rounds.map(({ rate }) => rate),
      others.map(({ rate }) => rate),
    ),
    atFullCpu: ratiosOf(others.map(cpu), rounds.map(cpu)),
  };
}
