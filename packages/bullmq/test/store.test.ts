import { cursorAfter, type QueuedResult, type StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServer } from '../../../test/support/servers/describe-with-server.ts';
import { type RedisServer, redis, startRedis } from '../../../test/support/servers/redis.ts';
import type { WebhookQueue, WebhookQueueOptions } from '../src/index.ts';
import { createDelivery, failed, processed } from './support/deliveries.ts';
import { newPrefix, queueForTest } from './support/redis.ts';
import { sleep, until } from './support/until.ts';

const rejected: QueuedResult = {
  ...{ status: 'rejected', succeeded: [], failures: [] },
  ...{ code: 'invalid_event', issues: [{ path: 'timestamp', message: 'missing' }] },
};

const results: Readonly<Record<string, QueuedResult>> = { dead: failed, rejected, processed };

describeWithServer(redis, 'The settled deliveries of a queue in Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  /** Open a queue. The target of a delivery is the state in which it is settled. */
  async function open(options: WebhookQueueOptions = {}, endpoints = ['default']) {
    const queue = queueForTest(server, { maxAttempts: 1, ...options });
    await queue.ready();
    for (const endpoint of endpoints) queue.start(endpoint, settleByTarget);
    return queue;
  }

  /** Settle deliveries, one after another. */
  async function settle(
    queue: WebhookQueue,
    ...given: readonly Partial<StoredDelivery>[]
  ): Promise<readonly StoredDelivery[]> {
    const deliveries = given.map((fields) => createDelivery(fields));
    for (const delivery of deliveries) {
      await queue.enqueue(delivery);
      await until('it is settled', async () => {
        const record = await queue.get(delivery.id, delivery.endpoint);
        return record?.state === delivery.target;
      });
      await sleep(2);
    }
    return deliveries;
  }

  const idsOf = async (queue: WebhookQueue, options?: Parameters<WebhookQueue['list']>[0]) =>
    (await queue.list(options)).deliveries.map(({ id }) => id);

  const newest = (deliveries: readonly StoredDelivery[]) => deliveries.map(({ id }) => id).toReversed();

  it('list() returns settled deliveries, the last settled first, without a queued one', async () => {
    const queue = await open({}, ['a', 'b']);
    const given = [{ target: 'dead' }, { target: 'processed' }, { target: 'rejected' }, { target: 'dead' }];
    const deliveries = await settle(
      queue,
      ...given.map((fields, index) => ({ ...fields, endpoint: index % 2 === 0 ? 'a' : 'b' })),
    );
    await queue.enqueue(createDelivery({ endpoint: 'idle' }));
    expect(await idsOf(queue)).toEqual(newest(deliveries));
    const [first] = (await queue.list({ state: 'rejected' })).deliveries;
    const { body: _, ...expected } = (await queue.get(first?.key ?? '')) ?? {};
    expect(first).toEqual(expected);
    expect(first).toMatchObject({ state: 'rejected', code: 'invalid_event', issues: rejected.issues });
  });

  it('list() returns the first settled delivery first with order "oldest", and a cursor works in both orders', async () => {
    const queue = await open({ concurrency: 64 }, ['a', 'b']);
    const [first] = await settle(queue, { target: 'processed', endpoint: 'b' });
    // Many are settled in the same millisecond.
    const others = Array.from({ length: 120 }, () => createDelivery({ target: 'dead', endpoint: 'a' }));
    await Promise.all(others.map((delivery) => queue.enqueue(delivery)));
    await until('all are dead', async () => (await queue.health()).dead === 120);
    const all = await idsOf(queue, { limit: 1000 });
    const seen: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await queue.list({ order: 'oldest', limit: 7, cursor });
      seen.push(...page.deliveries.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(all.toReversed());
    expect(seen[0]).toBe(first?.id);
    const newest = await queue.list({ limit: 60 });
    expect(await idsOf(queue, { order: 'oldest', limit: 2, cursor: newest.cursor })).toEqual([
      all[58],
      all[57],
    ]);
  });

  it('list() returns pages that deliveries settled meanwhile do not shift', async () => {
    const queue = await open({ concurrency: 64 });
    // Many are settled in the same millisecond.
    const deliveries = Array.from({ length: 250 }, () => createDelivery({ target: 'dead' }));
    await Promise.all(deliveries.map((delivery) => queue.enqueue(delivery)));
    await until('all are dead', async () => (await queue.health()).dead === 250);
    const seen: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await queue.list({ limit: 7, cursor });
      seen.push(...page.deliveries.map(({ id }) => id));
      cursor = page.cursor;
      if (seen.length < 30) await settle(queue, { target: 'dead' });
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(deliveries.map(({ id }) => id).toSorted());
  });

  it('the cursor of a delivery leads to the deliveries beside it, although they were received in another order', async () => {
    const queue = await open();
    for (const receivedAt of [2027, 2025, 2026].map((year) => new Date(`${year}-01-01`)))
      await settle(queue, { target: 'dead', receivedAt });
    const [newest, middle, oldest] = (await queue.list()).deliveries;
    const found = await queue.get(middle?.key ?? '');
    if (middle === undefined || found === undefined) throw new Error('The delivery is missing.');
    for (const cursor of [middle, found].map(cursorAfter)) {
      expect(await idsOf(queue, { cursor })).toEqual([oldest?.id]);
      expect(await idsOf(queue, { cursor, order: 'oldest' })).toEqual([newest?.id]);
    }
  });

  it('list() selects deliveries by each filter', async () => {
    const queue = await open({}, ['a', 'b']);
    const usual = { target: 'dead', endpoint: 'a', eventType: 'scan_completed', scanId: 's' };
    const [, type, endpoint, scan, state, late] = await settle(
      queue,
      usual,
      { ...usual, eventType: 'finding' },
      { ...usual, endpoint: 'b' },
      { ...usual, scanId: 's1' },
      { ...usual, target: 'processed' },
      { ...usual, receivedAt: new Date('2030-01-01') },
    );
    expect(await idsOf(queue, { eventType: ['finding', 'none'] })).toEqual([type?.id]);
    expect(await idsOf(queue, { endpoint: 'b' })).toEqual([endpoint?.id]);
    expect(await idsOf(queue, { scanId: 's1' })).toEqual([scan?.id]);
    expect(await idsOf(queue, { state: 'processed' })).toEqual([state?.id]);
    expect(await idsOf(queue, { target: 'processed' })).toEqual([state?.id]);
    expect(await idsOf(queue, { since: new Date('2029-01-01') })).toEqual([late?.id]);
    expect(await idsOf(queue, { until: new Date('2029-01-01') })).toHaveLength(5);
    expect(await idsOf(queue, { state: ['ignored', 'failed'] })).toEqual([]);
  });

  it('list() reads at most 1000 deliveries, and returns a cursor even if none matches', async () => {
    const queue = await open({ concurrency: 64 });
    const [sought] = await settle(queue, { target: 'dead', scanId: 'sought' });
    const others = Array.from({ length: 1100 }, () => createDelivery({ target: 'dead' }));
    await Promise.all(others.map((delivery) => queue.enqueue(delivery)));
    await until('all are dead', async () => (await queue.health()).dead === 1101);
    const first = await queue.list({ scanId: 'sought' });
    expect(first).toEqual({ deliveries: [], cursor: expect.any(String) });
    expect(await idsOf(queue, { scanId: 'sought', cursor: first.cursor })).toEqual([sought?.id]);
  });

  it('get() finds a delivery by its key and its id, even after its deduplication key has expired', async () => {
    const queue = await open({ dedupeTtl: 50, keepDead: 60_000 });
    const [delivery] = await settle(queue, { target: 'dead', body: Uint8Array.of(0xff, 0, 0x27) });
    await sleep(60);
    const record = await queue.get(delivery?.id ?? '');
    expect(record).toMatchObject({ id: delivery?.id, state: 'dead', error: 'siem is down' });
    expect([...(record?.body ?? [])]).toEqual([0xff, 0, 0x27]);
    expect(await queue.get(record?.key ?? '')).toEqual(record);
    expect(await queue.get(delivery?.id ?? '', 'other')).toBeUndefined();
    for (const which of ['meta', 'wait', 'x:y', '']) expect(await queue.get(which)).toBeUndefined();
  });

  it('replay() queues a dead letter by its key, and deliveries by a filter, and all handlers of a processed one', async () => {
    const queue = await open({}, []);
    const workers = queue.start('default', async (work) => {
      const { target = '' } = work;
      return target === 'dead' ? { ...failed, succeeded: ['slack'] } : (results[target] ?? processed);
    });
    const deliveries = await settle(
      queue,
      { target: 'dead' },
      { target: 'dead', scanId: 'other' },
      { target: 'processed' },
      { target: 'rejected' },
    );
    await workers.close();
    const [dead, other, done] = deliveries;
    const keyOf = async ({ id = '' } = {}) => (await queue.get(id))?.key ?? '';
    expect(await queue.replay(await keyOf(dead))).toBe(1);
    expect(await queue.replay(await keyOf(dead))).toBe(0);
    expect(await queue.replay({ scanId: 'other' })).toBe(1);
    expect(await queue.replay({ state: 'queued' })).toBe(0);
    expect(await queue.replay({})).toBe(2);
    expect(await queue.replay('unknown')).toBe(0);
    const queued = { state: 'queued', attempts: 0, failures: 0, error: undefined, code: undefined };
    for (const { id } of deliveries) expect(await queue.get(id)).toMatchObject(queued);
    const seen = new Map<string, { readonly attempt: number; readonly succeeded: readonly string[] }>();
    queue.start('default', async ({ id, attempt, succeeded }) => {
      seen.set(id, { attempt, succeeded });
      return processed;
    });
    await until('all have run', () => seen.size === 4);
    expect(seen.get(other?.id ?? '')).toEqual({ attempt: 1, succeeded: ['slack'] });
    expect(seen.get(done?.id ?? '')).toEqual({ attempt: 1, succeeded: [] });
    await expect(queue.replay({ state: undefined })).rejects.toMatchObject({ option: 'state' });
  });

  it('replay() selects delayed deliveries only if its filter names the state queued', async () => {
    const queue = await open({ maxDelay: 3_600_000 }, []);
    const nextAttempt = new Date(Date.now() + 3_600_000);
    const workers = queue.start('default', async ({ scanId }) =>
      scanId === 'done' ? processed : { ...failed, nextAttempt },
    );
    for (const scanId of ['done', 'a', 'b']) await queue.enqueue(createDelivery({ scanId }));
    await until('they are delayed', async () => (await queue.health()).delayed === 2);
    await workers.close();
    expect(await queue.replay({ scanId: ['a', 'b'] })).toBe(0);
    expect(await queue.replay({ state: ['queued', 'processed'], scanId: ['a', 'done'] })).toBe(2);
    expect(await queue.health()).toMatchObject({ waiting: 2, delayed: 1 });
    expect(await queue.replay({ state: 'queued', endpoint: 'other' })).toBe(0);
    expect(await queue.replay({ state: 'queued' })).toBe(1);
  });

  it('prune() deletes settled deliveries by age, number and state, and accepts them again', async () => {
    const queue = await open();
    const [old, done, dead, last] = await settle(
      queue,
      { target: 'processed', receivedAt: new Date('2020-01-01') },
      { target: 'processed' },
      { target: 'dead' },
      { target: 'processed' },
    );
    expect(await queue.prune({ before: new Date('2021-01-01') })).toBe(1);
    expect(await idsOf(queue)).toEqual([last?.id, dead?.id, done?.id]);
    expect(await queue.prune({ keep: 1, states: ['dead'] })).toBe(1);
    expect(await idsOf(queue)).toEqual([last?.id, done?.id]);
    expect(await queue.prune({ keep: 0 })).toBe(2);
    expect(await queue.enqueue(old ?? createDelivery())).toBe('accepted');
    await expect(queue.prune({})).rejects.toMatchObject({ option: 'before' });
  });

  it('counts() counts by state and endpoint', async () => {
    const queue = await open({}, ['a', 'b']);
    await settle(queue, ...['dead', 'rejected', 'processed'].map((target) => ({ target, endpoint: 'a' })), {
      target: 'processed',
      endpoint: 'b',
    });
    await queue.enqueue(createDelivery({ endpoint: 'idle' }));
    expect(await queue.counts()).toEqual([
      { state: 'dead', count: 1 },
      { state: 'processed', count: 2 },
      { state: 'queued', count: 1 },
      { state: 'rejected', count: 1 },
    ]);
    expect(await queue.counts({ by: ['state'], state: 'rejected' })).toEqual([
      { state: 'rejected', count: 1 },
    ]);
    expect((await queue.health()).dead).toBe(1);
    expect(await queue.counts({ by: ['endpoint'], state: 'processed' })).toEqual([
      { endpoint: 'a', count: 1 },
      { endpoint: 'b', count: 1 },
    ]);
    expect(await queue.counts({ by: [], endpoint: ['a', 'idle'] })).toEqual([{ count: 4 }]);
    for (const options of [{ by: ['time'] as const }, { eventType: 'x' }]) {
      await expect(queue.counts(options)).rejects.toMatchObject({ capability: 'counts' });
    }
  });

  it('fails with a MissingCapabilityError for filters that would read every job', async () => {
    const queue = await open();
    const missing = (capability: string) => ({ code: 'missing_capability', capability });
    await expect(queue.list({ state: ['queued'] })).rejects.toMatchObject(missing('list'));
    await expect(queue.list({ state: 'running' })).rejects.toMatchObject(missing('list'));
    await expect(queue.replay({ text: 'word' })).rejects.toMatchObject(missing('text'));
  });

  it('keeps the number of processed deliveries that keepProcessed says, and their duplicates', async () => {
    const queue = await open({ keepProcessed: { keep: 2 } });
    const deliveries = await settle(queue, ...Array(3).fill({ target: 'processed' }));
    expect(await idsOf(queue)).toEqual(newest(deliveries).slice(0, 2));
    const [forgotten] = deliveries;
    expect(await queue.enqueue(forgotten ?? createDelivery())).toBe('duplicate');
  });

  it('keeps no processed delivery if keepProcessed.keep is 0', async () => {
    const queue = await open({ keepProcessed: { keep: 0 } });
    const delivery = createDelivery();
    await queue.enqueue(delivery);
    await until('it is gone', async () => (await queue.get(delivery.id)) === undefined);
    expect(await queue.enqueue(delivery)).toBe('duplicate');
  });

  it('health() returns the oldest of several queued deliveries, of all endpoints', async () => {
    const queue = queueForTest(server, { prefix: newPrefix() });
    for (const [endpoint, year] of [
      ['a', 2024],
      ['a', 2022],
      ['b', 2021],
    ] as const) {
      await queue.enqueue(createDelivery({ endpoint, receivedAt: new Date(`${year}-01-01`) }));
    }
    expect(await queue.health()).toEqual({
      ...{ ready: true, waiting: 3, running: 0, delayed: 0, dead: 0 },
      oldest: new Date('2021-01-01'),
    });
  });
});

async function settleByTarget({ target = '' }: { readonly target: string | undefined }) {
  return results[target] ?? processed;
}
