import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from '../support/child.ts';
import { type Engine, type EngineServer, engines } from './engine-servers.ts';
import type { ReceiverName } from './receiver/receivers.ts';

export interface Contender {
  readonly name: string;
  readonly engine: Engine;
  readonly receiver: ReceiverName;
  /** Whether the receiver's process also handles the deliveries. */
  readonly handles: boolean;
}

const contender = (name: string, engine: Engine, receiver: ReceiverName, handles: boolean): Contender => ({
  ...{ name, engine, receiver, handles },
});

/** The names of the contenders that are compared. */
export const names = {
  none: 'no store',
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  bullmq: 'BullMQ, always',
  everysec: 'BullMQ, everysec',
  postgresAlone: 'PostgreSQL, receives only',
  bullmqAlone: 'BullMQ, always, receives only',
  pgBoss: 'pg-boss by hand, receives only',
  add: 'queue.add by hand, always, receives only',
  addWorker: 'queue.add by hand, always, and a Worker',
} as const;

export const contenders: readonly Contender[] = [
  contender(names.none, 'none', 'inline', true),
  contender(names.sqlite, 'sqlite', 'queue', true),
  contender(names.postgres, 'postgres', 'queue', true),
  contender(names.bullmq, 'redis', 'queue', true),
  contender(names.everysec, 'redisEverysec', 'queue', true),
  contender(names.addWorker, 'redis', 'bullmq-worker', true),
  contender(names.postgresAlone, 'postgres', 'queue-alone', false),
  contender(names.bullmqAlone, 'redis', 'queue-alone', false),
  contender(names.pgBoss, 'postgres', 'pg-boss', false),
  contender(names.add, 'redis', 'bullmq', false),
];

/** A contender that runs: its database, and its receiver in its own process. */
export class RunningContender {
  readonly name: string;
  readonly status: number;
  readonly port: number;
  readonly #handles: boolean;
  readonly #server: EngineServer;
  readonly #child: Child;
  /** The number of deliveries that were sent. */
  #sent = 0;

  private constructor(
    { name, engine, handles }: Contender,
    port: number,
    { server, child }: { readonly server: EngineServer; readonly child: Child },
  ) {
    this.name = name;
    this.status = engine === 'none' ? 200 : 202;
    this.port = port;
    this.#handles = handles;
    this.#server = server;
    this.#child = child;
  }

  static async start(contender: Contender): Promise<RunningContender> {
    const server = await engines[contender.engine]();
    const args = [contender.receiver, contender.engine, server.address];
    const child = startChild(new URL('./receiver/server.ts', import.meta.url), args);
    return new RunningContender(contender, await child.ask('port'), { server, child });
  }

  /** Wait until the receiver has handled all deliveries, and has settled the last ones. */
  async drain(count: number): Promise<void> {
    this.#sent += count;
    if (!this.#handles) return;
    while ((await this.#child.ask('handled')) < this.#sent) await sleep(5);
    await sleep(settleTime);
  }

  /** Return the CPU time of the receiver's process and of the engine's processes, in microseconds. */
  async cpu(): Promise<{ readonly receiver: number; readonly engine: number }> {
    return { receiver: await this.#child.ask('cpu'), engine: this.#server.cpu() };
  }

  async stop(): Promise<void> {
    this.#child.stop();
    await this.#server.stop();
  }
}

/** Milliseconds in which the results of the last deliveries are written. */
const settleTime = 250;
