import type { ContractStoreOptions, ContractTraits } from '@spiderfoot-webhooks/core/stores/contract';
import { queueContract, storeContract } from '@spiderfoot-webhooks/core/stores/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { type RedisServer, redis, startRedis } from '../../../test/support/servers/redis.ts';
import { openQueue, type WebhookQueueOptions } from '../src/index.ts';
import { QueueProcess } from './support/processes.ts';
import { until } from './support/until.ts';

/** The cases of the store contract that do not record deliveries in a log, which the queue is not. */
const withoutLog = [
  'a queued delivery is recorded as queued, running and processed, with its attempts and handlers',
  'a queued delivery is recorded with the runs of each attempt',
  'a processed delivery has the event type, scan and target of the result',
  'a delivery that waits for a retry is recorded with its error and the time of the next attempt',
  'a delivery that a later attempt rejects is recorded with its code and issues, and keeps its handlers',
  'health() counts waiting, running, delayed and dead deliveries',
  'a dead letter is recorded with its error, and replay() runs only the handlers that have not succeeded',
  "replay() with handlers: 'all' runs all handlers of a dead letter again, and keeps their runs",
  "replay() with handlers: 'failed' does not replay processed deliveries, by their key or by a filter",
  'replay() makes the next attempt of a delayed delivery due now, once, and keeps its attempts and handlers',
  'replay({ state: "queued" }) makes delayed deliveries due, and they run in the order of arrival',
  "replay() with handlers: 'all' runs all handlers of a delayed delivery in its next attempt",
  'a replayed delivery that fails again waits again, and is a dead letter after its last attempt',
  'replay() runs no delivery twice, while the workers of two processes claim delayed deliveries',
  'replay() fails with a ConfigurationError for an unknown option or an unknown value of handlers',
];

describeWithServer(redis, 'The queue in Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  function optionsOf(place: string, { pollInterval: _, ...options }: ContractStoreOptions) {
    return { ...options, prefix: `{${place}}` } satisfies WebhookQueueOptions;
  }

  async function open(place: string, options: ContractStoreOptions) {
    const queue = openQueue(server.url, optionsOf(place, options));
    await queue.ready();
    return queue;
  }

  /** Kill a process while its handlers run. */
  async function loseProcess(place: string, options: ContractStoreOptions): Promise<void> {
    const process = new QueueProcess({
      url: server.url,
      options: optionsOf(place, options),
      handler: 'hangs',
    });
    await until('an attempt begins', () => {
      if (process.hasEnded) throw new Error(process.errors);
      return process.ids('began').length > 0;
    });
    await process.kill();
  }

  const traits: ContractTraits = { durable: true, shared: true, loseProcess };

  for (const { name, run } of queueContract(open, traits)) it(name, run);

  describe('as a store', () => {
    const lacks = ['rejections', 'rejection', 'export', 'text'] as const;
    const openStore = async (place: string, options: ContractStoreOptions) => {
      const record = () => Promise.reject(new Error('The queue is not a log'));
      return { ...(await open(place, options)), record };
    };
    const cases = storeContract(openStore, { ...traits, lacks });
    const isCapability = (name: string) => /^(?:capabilities contains|a call that needs)/.test(name);
    const applicable = cases.filter(({ name }) => isCapability(name) || withoutLog.includes(name));

    it('runs each case of the store contract that needs no log', () => {
      const names = applicable.map(({ name }) => name).filter((name) => !isCapability(name));
      expect(names.toSorted()).toEqual(withoutLog.toSorted());
    });

    for (const { name, run } of applicable) it(name, run);
  });
});
