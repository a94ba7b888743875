import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import type { Progress } from '../report/progress.ts';
import { ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { type SignedBody, signedBodies } from '../support/bodies.ts';
import { type Child, startChild } from '../support/child.ts';
import { type Engine, type EngineServer, engines } from './engine-servers.ts';
import { type KitQueue, openKitQueue } from './kit-queue.ts';

/** A number of worker processes over one engine. */
export interface EngineWorkersResult {
  readonly name: string;
  /** Milliseconds that a handler takes. */
  readonly duration: number;
  readonly workers: number;
  readonly handledPerSecond: Series;
  /** Its rate over that of one worker, round by round. */
  readonly overOne: Series;
  /** Microseconds of CPU time of all workers per delivery. */
  readonly workerCpu: Series;
  readonly engineCpu: Series;
}

const contenders: readonly (readonly [name: string, engine: Exclude<Engine, 'none'>])[] = [
  ['SQLite', 'sqlite'],
  ['PostgreSQL', 'postgres'],
  ['BullMQ, always', 'redis'],
];

const most = 4;
const trials = [
  { duration: 20, workers: 1, count: 1200 },
  { duration: 20, workers: 2, count: 2400 },
  { duration: 20, workers: 4, count: 4800 },
  { duration: 0, workers: 1, count: 5000 },
  { duration: 0, workers: 2, count: 5000 },
  { duration: 0, workers: 4, count: 5000 },
] as const;

type Trial = (typeof trials)[number];

interface Round {
  readonly rate: number;
  readonly worker: number;
  readonly engine: number;
}

interface Workplace {
  readonly name: string;
  readonly server: EngineServer;
  /** Puts deliveries into the queue. */
  readonly queue: KitQueue;
  readonly children: readonly Child[];
  readonly rounds: ReadonlyMap<Trial, Round[]>;
}

/** Measure how fast worker processes handle deliveries that wait in a queue. */
export async function measureEngineWorkers(
  rounds: number,
  progress: Progress,
): Promise<EngineWorkersResult[]> {
  const places: Workplace[] = [];
  try {
    for (const [name, engine] of contenders) places.push(await openWorkplace(name, engine));
    const pairs = places.flatMap((place) => trials.map((trial) => ({ place, trial })));
    for (let round = -1; round < rounds; round++) {
      progress.report(`engines, workers: round ${Math.max(round + 1, 0)} of ${rounds}`);
      for (const { place, trial } of shuffled(pairs)) {
        const figures = await measureRound(place, trial);
        if (round >= 0) place.rounds.get(trial)?.push(figures);
      }
    }
    return pairs.map(({ place, trial }) => toResult(place, trial));
  } finally {
    for (const { children, queue, server } of places) {
      for (const child of children) child.stop();
      await queue.close();
      await server.stop();
    }
  }
}

async function openWorkplace(name: string, engine: Exclude<Engine, 'none'>): Promise<Workplace> {
  const server = await engines[engine]();
  const program = new URL('./worker/server.ts', import.meta.url);
  return {
    name,
    server,
    queue: await openKitQueue(engine, server.address),
    children: Array.from({ length: most }, () => startChild(program, [engine, server.address])),
    rounds: new Map(trials.map((trial) => [trial, []])),
  };
}

async function measureRound(
  { server, queue, children }: Workplace,
  { duration, workers, count }: Trial,
): Promise<Round> {
  await enqueue(queue, count);
  const working = children.slice(0, workers);
  const ask = (question: string) => Promise.all(working.map((child) => child.ask(question)));
  await ask(`open ${duration}`);
  const workerBefore = sum(await ask('cpu'));
  const engineBefore = server.cpu();
  await ask('start');
  while (sum(await ask('handled')) < count) await sleep(20);
  await waitUntilSettled(queue);
  const worker = (sum(await ask('cpu')) - workerBefore) / count;
  const engine = (server.cpu() - engineBefore) / count;
  const times = (await Promise.all(working.map((child) => child.list('times')))).flat();
  await ask('close');
  return { rate: middleRate(times), worker, engine };
}

async function waitUntilSettled(queue: KitQueue): Promise<void> {
  for (;;) {
    const { waiting, running, delayed } = await queue.health();
    if (waiting + running + delayed === 0) return;
    await sleep(20);
  }
}

/** The rate between the first and the last tenth, so that neither the start nor the end of a round counts. */
function middleRate(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const first = Math.floor(sorted.length / 10);
  const last = sorted.length - 1 - first;
  const took = (sorted[last] ?? Number.NaN) - (sorted[first] ?? Number.NaN);
  return ((last - first) / took) * 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

async function enqueue(queue: KitQueue, count: number): Promise<void> {
  const deliveries = signedBodies(count, 512).map(toDelivery);
  const atOnce = 500;
  for (let at = 0; at < count; at += atOnce) {
    await Promise.all(deliveries.slice(at, at + atOnce).map((delivery) => queue.enqueue(delivery)));
  }
}

function toDelivery({ body, digest }: SignedBody): StoredDelivery {
  return {
    ...{ id: digest.slice(0, 32), endpoint: 'default', receivedAt: new Date(), ip: '127.0.0.1', body },
    ...{ eventType: 'scan_completed', dialect: 'guide', scanId: 'scan_1', target: 'example.com' },
  };
}

function toResult({ name, rounds }: Workplace, trial: Trial): EngineWorkersResult {
  const own = rounds.get(trial) ?? [];
  const alone = trials.find(({ duration, workers }) => duration === trial.duration && workers === 1);
  const one = (alone && rounds.get(alone)) ?? [];
  return {
    name,
    duration: trial.duration,
    workers: trial.workers,
    handledPerSecond: seriesOf(own.map(({ rate }) => rate)),
    overOne: ratiosOf(
      own.map(({ rate }) => rate),
      one.map(({ rate }) => rate),
    ),
    workerCpu: seriesOf(own.map(({ worker }) => worker)),
    engineCpu: seriesOf(own.map(({ engine }) => engine)),
  };
}
