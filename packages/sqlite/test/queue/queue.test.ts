import { createReceiver, type Receiver, RetryLaterError } from '@spiderfoot-webhooks/core';
import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import type { QueuedResult, QueuedWork } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../src/index.ts';
import { startProgram } from '../support/processes.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret, type Webhook } from '../support/webhooks.ts';

/** Short, so that a test sees the end of waits. */
const quick: StoreOptions = { baseDelay: 1, maxDelay: 5, pollInterval: 20, closeTimeout: 1000 };

const receive = (queue: Store, endpoint = 'default'): Receiver => {
  const receiver = createReceiver({ secret, endpoint, queue });
  onTestFinished(() => receiver.close());
  return receiver;
};

const done = (work: QueuedWork): QueuedResult => ({
  status: 'processed',
  succeeded: work.succeeded,
  failures: [],
});
const failed = (): QueuedResult => ({ status: 'failed', succeeded: [], failures: [], error: 'down' });

/** A handler that waits until it is let go. */
function createGate() {
  const waiting: (() => void)[] = [];
  let running = 0;
  let most = 0;
  return {
    async pass() {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => waiting.push(resolve));
      running--;
    },
    release: (count = 1) => {
      for (const go of waiting.splice(0, count)) go();
    },
    running: () => running,
    most: () => most,
  };
}

async function untilState(store: Store, { id }: Pick<Webhook, 'id'>, state: string) {
  await until(async () => expect((await store.get(id))?.state).toBe(state));
  return store.get(id);
}

describe('A queue', () => {
  it('answers 202 when a delivery is stored, and runs its handlers later', async () => {
    const path = temporaryPath();
    const receiver = receive(open(path, quick));
    const gate = createGate();
    receiver.onAny(() => gate.pass(), { name: 'gate' });
    const webhook = await createWebhook('scan_completed', { scan_id: 's', target: 't' });
    const outcome = await webhook.send(receiver);
    expect(toHttpResponse(outcome).status).toBe(202);
    expect(query(path, 'SELECT delivery_id AS id FROM webhook_logs')).toEqual([{ id: webhook.id }]);
    expect((await webhook.send(receiver)).status).toBe('duplicate');
    await until(() => expect(gate.running()).toBe(1));
    expect(query(path, 'SELECT state, attempts, processed FROM webhook_logs')).toEqual([
      { state: 'running', attempts: 1, processed: 0 },
    ]);
    expect((await webhook.send(receiver)).status).toBe('duplicate');
    gate.release();
    await until(() =>
      expect(query(path, 'SELECT state, processed, lease_owner, due_at, handlers FROM webhook_logs')).toEqual(
        [
          {
            ...{ state: 'processed', processed: 1, lease_owner: null, due_at: null },
            handlers: '[{"name":"gate","succeeded":true,"attempts":1}]',
          },
        ],
      ),
    );
    expect((await webhook.send(receiver)).status).toBe('duplicate');
    expect(gate.most()).toBe(1);
  });

  it('passes a delivery to its handlers as it was received', async () => {
    const store = open(temporaryPath(), quick);
    const works: QueuedWork[] = [];
    const process = async (work: QueuedWork) => {
      works.push(work);
      return works.length === 1 ? failed() : done(work);
    };
    const first = createStored({ ip: undefined, scanId: 's', target: 't' });
    const second = createStored({ body: Buffer.from([0xff, 0x00]), eventType: undefined });
    store.start('default', process);
    await until(async () => {
      await store.enqueue(first);
      expect(works.length).toBeGreaterThan(0);
    });
    await store.enqueue(second);
    await until(() => expect(works).toHaveLength(3));
    for (const work of works) {
      const sent = work.id === first.id ? first : second;
      const { attempt: _, succeeded: _2, ...given } = work;
      expect({ ...given, body: Buffer.from(given.body) }).toEqual({
        ...sent,
        eventType: work.id === second.id && works.indexOf(work) >= 0 ? given.eventType : sent.eventType,
      });
    }
  });

  it('continues after a restart with the deliveries of the previous process', async () => {
    const path = temporaryPath();
    const first = openStore(path, quick);
    const webhooks = await Promise.all([1, 2, 3].map((n) => createWebhook('scan_completed', { n })));
    // Another endpoint's receiver is not there to handle it.
    for (const { send } of webhooks)
      await send(createReceiver({ secret, queue: { ...first, start: () => ({ close: async () => {} }) } }));
    await first.close();
    const seen: unknown[] = [];
    const second = open(path, quick);
    receive(second)
      .onAny((_, { id }) => void seen.push(id))
      .start();
    await until(() => expect(seen).toEqual(webhooks.map(({ id }) => id)));
  });

  it('retries only the handlers that have not succeeded, up to maxAttempts', async () => {
    const logger = { error: vi.fn() };
    const store = open(temporaryPath(), { ...quick, maxAttempts: 3, logger });
    const fine = vi.fn();
    const attempts: number[] = [];
    const receiver = receive(store).on('scan_completed', fine, { name: 'fine' });
    receiver.on(
      'scan_completed',
      (_, { attempt }) => {
        attempts.push(attempt);
        throw new Error(`down ${attempt}`);
      },
      { name: 'siem' },
    );
    const webhook = await createWebhook();
    await webhook.send(receiver);
    const dead = await untilState(store, webhook, 'dead');
    expect(attempts).toEqual([1, 2, 3]);
    expect(fine).toHaveBeenCalledOnce();
    // From now on, it needs an operator.
    await until(() => expect(logger.error).toHaveBeenCalledOnce());
    expect(logger.error).toHaveBeenCalledWith(
      expect.objectContaining({ id: webhook.id, attempts: 3, error: expect.stringContaining('down 3') }),
      expect.stringContaining('dead letter'),
    );
    expect(dead).toMatchObject({
      ...{ attempts: 3, nextAttempt: undefined, error: expect.stringContaining('down 3') },
      handlers: [
        { name: 'fine', succeeded: true, attempts: 1 },
        { name: 'siem', succeeded: false, attempts: 3, error: 'down 3' },
      ],
    });
  });

  it.each(['sent again', 'replayed'])(
    'tries a dead letter again that is %s, with what had failed',
    async (how) => {
      const store = open(temporaryPath(), { ...quick, maxAttempts: 2 });
      let down = true;
      const fine = vi.fn();
      const siem = vi.fn((_: unknown, _context: { attempt: number }) => {
        if (down) throw new Error('down');
      });
      const receiver = receive(store).onAny(fine, { name: 'fine' }).onAny(siem, { name: 'siem' });
      const webhook = await createWebhook();
      await webhook.send(receiver);
      await untilState(store, webhook, 'dead');
      down = false;
      if (how === 'replayed') expect(await store.replay('1')).toBe(1);
      else expect((await webhook.send(receiver)).status).toBe('accepted');
      const record = await untilState(store, webhook, 'processed');
      expect(fine).toHaveBeenCalledOnce();
      expect(siem.mock.calls.map(([, { attempt }]) => attempt)).toEqual([1, 2, 1]);
      expect(record).toMatchObject({ attempts: 1, error: undefined });
      expect(record?.handlers[1]).toEqual({ name: 'siem', succeeded: true, attempts: 3 });
    },
  );

  it('marks a delivery as rejected if it no longer matches its schema', async () => {
    const store = open(temporaryPath(), quick);
    const receiver = receive(store);
    const misfit = createStored();
    await store.enqueue(misfit);
    receiver.start();
    expect(await untilState(store, misfit, 'rejected')).toMatchObject({ code: 'invalid_event', attempts: 1 });
  });

  it('waits at least as long as a handler asks for, up to a day, even if that exceeds maxDelay', async () => {
    const path = temporaryPath();
    const store = open(path, { ...quick, maxDelay: 100 });
    const waits = { scan_completed: 2, scan_failed: 7200, scan_started: 1e12 };
    const receiver = receive(store);
    for (const [type, seconds] of Object.entries(waits)) {
      receiver.onAny(({ event_type }) => {
        if (event_type === type) throw new RetryLaterError(seconds, 'busy');
      });
    }
    const before = Date.now();
    for (const [type, delay] of [
      ['scan_completed', 2000],
      ['scan_failed', 7_200_000],
      ['scan_started', 86_400_000],
    ] as const) {
      const webhook = await createWebhook(type);
      await webhook.send(receiver);
      await until(async () =>
        expect(await store.get(webhook.id)).toMatchObject({ state: 'queued', attempts: 1 }),
      );
      const due = (await store.get(webhook.id))?.nextAttempt?.getTime() ?? 0;
      expect(due).toBeGreaterThanOrEqual(before + delay);
      expect(due).toBeLessThanOrEqual(Date.now() + delay);
    }
  });

  it('keeps a wait that a handler asked for even if another process has a shorter maxDelay', async () => {
    const path = temporaryPath();
    const first = openStore(path, { ...quick, maxDelay: 3_600_000 });
    const receiver = createReceiver({ secret, queue: first }).onAny(() => {
      throw new RetryLaterError(600, 'busy');
    });
    const webhook = await createWebhook();
    await webhook.send(receiver);
    await until(async () =>
      expect(await first.get(webhook.id)).toMatchObject({ state: 'queued', attempts: 1 }),
    );
    const due = (await first.get(webhook.id))?.nextAttempt;
    await receiver.close();
    await first.close();
    const second = open(path, { ...quick, maxDelay: 100 });
    const handler = vi.fn();
    const other = receive(second).onAny(handler);
    other.start();
    // A later delivery is handled, so the worker has looked for due deliveries more than once.
    for (let n = 0; n < 3; n++) {
      const next = await createWebhook('scan_failed', { n });
      await next.send(other);
      await untilState(second, next, 'processed');
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(handler).toHaveBeenCalledTimes(3);
    expect(await second.get(webhook.id)).toMatchObject({ state: 'queued', nextAttempt: due });
  });

  it('is not blocked by deliveries that fail or never end', async () => {
    const store = open(temporaryPath(), {
      ...quick,
      concurrency: 2,
      maxDelay: 60_000,
      baseDelay: 60_000,
      closeTimeout: 1,
    });
    const handled: unknown[] = [];
    const receiver = receive(store).onAny(async ({ event_type }) => {
      if (event_type === 'scan_failed') throw new Error('poison');
      if (event_type === 'scan.aborted') await new Promise(() => {});
      handled.push(event_type);
    });
    await (await createWebhook('scan.aborted')).send(receiver);
    for (let n = 0; n < 5; n++) await (await createWebhook('scan_failed', { n })).send(receiver);
    for (let n = 0; n < 5; n++) await (await createWebhook('scan_completed', { n })).send(receiver);
    await until(() => expect(handled).toHaveLength(5));
  });

  it('runs deliveries in the order of arrival, at most concurrency at once', async () => {
    const store = open(temporaryPath(), { ...quick, concurrency: 3, pollInterval: 1 });
    const gate = createGate();
    const order: string[] = [];
    const receiver = receive(store).onAny(async (_, { id }) => {
      order.push(id);
      await gate.pass();
    });
    receiver.start();
    const sent: string[] = [];
    const letGo = setInterval(() => gate.release(), 1);
    onTestFinished(() => clearInterval(letGo));
    for (let round = 0; round < 30; round++) {
      const webhooks = await Promise.all(
        [1, 2, 3, 4].map((n) => createWebhook('scan_completed', { round, n })),
      );
      sent.push(...webhooks.map(({ id }) => id));
      await Promise.all(webhooks.map(({ send }) => send(receiver)));
    }
    await until(() => expect(order).toHaveLength(sent.length));
    expect(gate.most()).toBe(3);
    // Side by side they may begin one turn apart; none is overtaken by more than that.
    const late = order.map((id, index) => Math.abs(sent.indexOf(id) - index));
    expect(Math.max(...late)).toBeLessThanOrEqual(3);
  });

  it('runs at most concurrency deliveries at once after a burst while it was idle', async () => {
    const store = open(temporaryPath(), { ...quick, concurrency: 3 });
    const gate = createGate();
    let free = true;
    store.start('default', async (work) => {
      if (!free) await gate.pass();
      return done(work);
    });
    for (let round = 0; round < 20; round++) {
      free = true;
      const before = createStored();
      await store.enqueue(before);
      await untilState(store, before, 'processed');
      free = false;
      const deliveries = Array.from({ length: 8 }, () => createStored());
      await Promise.all(deliveries.map((delivery) => store.enqueue(delivery)));
      await until(() => expect(gate.running()).toBe(3));
      await until(async () => {
        gate.release(8);
        expect(await store.counts({ state: 'processed' })).toEqual([
          { state: 'processed', count: 9 * (round + 1) },
        ]);
      });
    }
    expect(gate.most()).toBe(3);
  });

  it('keeps the order of deliveries with concurrency 1', async () => {
    const store = open(temporaryPath(), { ...quick, concurrency: 1, pollInterval: 60_000 });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const order: string[] = [];
    store.start('default', async (work) => {
      order.push(work.id);
      for (let turns = order.length % 4; turns > 0; turns--) await turn();
      return done(work);
    });
    const sent: string[] = [];
    for (let round = 0; round < 100; round++) {
      for (let n = 0; n < round % 3; n++) {
        const delivery = createStored();
        sent.push(delivery.id);
        store.enqueue(delivery).catch(() => {});
      }
      for (let turns = round % 7; turns >= 0; turns--) await turn();
      if (round % 5 === 0) await until(() => expect(order).toHaveLength(sent.length));
    }
    await until(() => expect(order).toHaveLength(sent.length));
    expect(order).toEqual(sent);
  });

  it('serves several endpoints, each with its own handlers and attempts', async () => {
    const store = open(temporaryPath(), quick);
    const handled: string[] = [];
    const create = (endpoint: string) =>
      receive(store, endpoint).onAny((_, context) => {
        handled.push(context.endpoint);
        if (endpoint === 'b' && context.attempt === 1) throw new Error('down');
      });
    const [a, b] = [create('a'), create('b')];
    const webhook = await createWebhook();
    expect((await webhook.send(a)).status).toBe('accepted');
    expect((await webhook.send(b)).status).toBe('accepted');
    await until(async () => expect((await store.get(webhook.id, 'b'))?.state).toBe('processed'));
    expect(handled.sort()).toEqual(['a', 'b', 'b']);
    expect(await store.get(webhook.id, 'a')).toMatchObject({ state: 'processed', attempts: 1 });
    await a.close();
    expect((await (await createWebhook('scan_started')).send(b)).status).toBe('accepted');
  });

  it('rejects a second receiver of an endpoint until the first is closed', async () => {
    const store = open(temporaryPath(), quick);
    const first = store.start('a', async (work) => done(work));
    expect(() => store.start('a', async (work) => done(work))).toThrow(/"endpoint" "a"/);
    store.start('b', async (work) => done(work));
    await first.close();
    store.start('a', async (work) => done(work));
  });

  it('rejects a second receiver of an endpoint when it is mounted, and runs the first', async () => {
    const store = open(temporaryPath(), quick);
    const handler = vi.fn();
    const first = receive(store).onAny(handler);
    first.start();
    for (const port of ['queue', 'log']) {
      const second = createReceiver({ secret, [port]: store });
      expect(() => second.start()).toThrow(expect.objectContaining({ option: 'endpoint' }));
    }
    await (await createWebhook()).send(first);
    await until(() => expect(handler).toHaveBeenCalledOnce());
  });

  it('separates logged and queued deliveries in one file by their states', async () => {
    const store = open(temporaryPath(), quick);
    const webhook = await createWebhook();
    const queued = receive(store).onAny(() => {});
    expect((await webhook.send(queued)).status).toBe('accepted');
    const handler = vi.fn();
    expect((await webhook.send(createReceiver({ secret, log: store }).onAny(handler))).status).toBe(
      'duplicate',
    );
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('Closing', () => {
  it('waits for running handlers, and starts no others', async () => {
    const path = temporaryPath();
    const store = openStore(path, { ...quick, concurrency: 1, closeTimeout: 60_000 });
    const gate = createGate();
    const workers = store.start('default', async (work) => {
      await gate.pass();
      return done(work);
    });
    for (let n = 0; n < 3; n++) await store.enqueue(createStored());
    await until(() => expect(gate.running()).toBe(1));
    let closed = false;
    const closing = workers.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closed).toBe(false);
    gate.release();
    await closing;
    await store.close();
    expect(gate.most()).toBe(1);
    expect(query(path, 'SELECT state FROM webhook_logs ORDER BY id')).toEqual([
      { state: 'processed' },
      { state: 'queued' },
      { state: 'queued' },
    ]);
  });

  it('starts no delivery that was being claimed or stored at that moment', async () => {
    const path = temporaryPath();
    for (let round = 0; round < 30; round++) {
      const store = openStore(path, quick);
      await store.enqueue(createStored());
      const process = vi.fn(async (work: QueuedWork) => done(work));
      const workers = store.start('default', process);
      const stored = store.enqueue(createStored());
      if (round % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
      await workers.close();
      const begun = process.mock.calls.length;
      await stored;
      await store.close();
      expect(process).toHaveBeenCalledTimes(begun);
      expect(query(path, "SELECT count(*) AS count FROM webhook_logs WHERE state = 'running'")).toEqual([
        { count: 0 },
      ]);
    }
  });

  it('leaves a delivery in the queue that an idle worker was about to claim', async () => {
    const path = temporaryPath();
    const store = openStore(path, { ...quick, pollInterval: 60_000 });
    const process = vi.fn(async (work: QueuedWork) => done(work));
    const workers = store.start('default', process);
    const first = createStored();
    await store.enqueue(first);
    await untilState(store, first, 'processed');
    const stored = store.enqueue(createStored());
    await workers.close();
    expect(await stored).toBe('accepted');
    await store.close();
    expect(process).toHaveBeenCalledOnce();
    expect(query(path, 'SELECT state FROM webhook_logs ORDER BY id')).toEqual([
      { state: 'processed' },
      { state: 'queued' },
    ]);
  });

  it('waits in both calls if it is called twice', async () => {
    const path = temporaryPath();
    const store = openStore(path, { ...quick, closeTimeout: 60_000 });
    const gate = createGate();
    const workers = store.start('default', async (work) => {
      await gate.pass();
      return done(work);
    });
    await store.enqueue(createStored());
    await until(() => expect(gate.running()).toBe(1));
    const closing = [workers.close(), workers.close(), store.close(), store.close()];
    const first = await Promise.race([
      ...closing,
      new Promise((resolve) => setTimeout(resolve, 50, 'waits')),
    ]);
    expect(first).toBe('waits');
    gate.release();
    await Promise.all(closing);
    expect(query(path, 'SELECT state FROM webhook_logs')).toEqual([{ state: 'processed' }]);
  });

  it('releases a delivery that takes too long, and ignores its later result', async () => {
    const path = temporaryPath();
    const errors = vi.fn();
    const store = openStore(path, {
      ...quick,
      closeTimeout: 20,
      lease: 3_600_000,
      logger: { error: errors },
    });
    const gate = createGate();
    store.start('default', async (work) => {
      await gate.pass();
      return done(work);
    });
    const delivery = createStored();
    await store.enqueue(delivery);
    await until(() => expect(gate.running()).toBe(1));
    const next = open(path, quick);
    await store.close();
    expect(await next.get(delivery.id)).toMatchObject({ state: 'queued', attempts: 1 });
    const second = createGate();
    next.start('default', async (work) => {
      await second.pass();
      return done(work);
    });
    await until(() => expect(second.running()).toBe(1));
    gate.release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await next.get(delivery.id)).toMatchObject({ state: 'running', attempts: 2 });
    second.release();
    await untilState(next, delivery, 'processed');
  });
});

describe('A process that is lost', () => {
  it('by SIGKILL has its delivery taken over by another when the lease expires', async () => {
    const path = temporaryPath();
    const options = { ...quick, lease: 500 };
    const store = open(path, options);
    const delivery = await createWebhook();
    await delivery.send(
      createReceiver({ secret, queue: { ...store, start: () => ({ close: async () => {} }) } }),
    );
    const lost = startProgram({ path, options, handler: 'hangs' });
    await lost.says('began 1');
    const handler = vi.fn();
    receive(store).onAny(handler).start();
    // It lives: its signs of life keep its lease.
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(handler).not.toHaveBeenCalled();
    lost.signal('SIGKILL');
    const record = await untilState(store, delivery, 'processed');
    expect(record?.attempts).toBe(2);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('by SIGSTOP cannot change a delivery that was taken over when it continues', async () => {
    const path = temporaryPath();
    // Its own lease is the default, so that a slow machine does not lose it.
    const store = open(path, quick);
    const delivery = await createWebhook();
    await delivery.send(
      createReceiver({ secret, queue: { ...store, start: () => ({ close: async () => {} }) } }),
    );
    const still = startProgram({ path, options: { ...quick, lease: 400 }, handler: 'waits' });
    await still.says('began 1');
    still.signal('SIGSTOP');
    const gate = createGate();
    receive(store)
      .onAny(() => gate.pass())
      .start();
    await until(() => expect(gate.running()).toBe(1));
    const before = await store.get(delivery.id);
    expect(before).toMatchObject({ state: 'running', attempts: 2 });
    still.signal('SIGCONT');
    still.tell('finish');
    await still.says('done 1');
    still.signal('SIGTERM');
    await still.end();
    expect(await store.get(delivery.id)).toMatchObject({ state: 'running', attempts: 2, handlers: [] });
    gate.release();
    expect(await untilState(store, delivery, 'processed')).toMatchObject({ attempts: 2 });
  });

  it('at every attempt makes its delivery a dead letter', async () => {
    const path = temporaryPath();
    const options = { ...quick, lease: 200, maxAttempts: 2 };
    const store = open(path, options);
    const delivery = createStored();
    await store.enqueue({ ...delivery, body: (await createWebhook()).body });
    for (const attempt of [1, 2]) {
      const program = startProgram({ path, options, handler: 'dies' });
      await program.says(`began ${attempt}`);
      await program.end();
    }
    receive(store).start();
    expect(await untilState(store, delivery, 'dead')).toMatchObject({
      ...{ attempts: 2, nextAttempt: undefined },
      error: 'Its process ended or stalled during the last attempt',
    });
  });
});

describe('A clock that is changed', () => {
  /** Sets the wall clock, as far as this process sees it. */
  function setClock(): (shift: number) => void {
    const { now } = Date;
    let shift = 0;
    const spy = vi.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + shift);
    onTestFinished(() => spy.mockRestore());
    return (by) => {
      shift = by;
    };
  }

  const day = 86_400_000;

  it('by a day back does not lengthen the wait that a handler asked for', async () => {
    const set = setClock();
    const path = temporaryPath();
    const store = open(path, { ...quick, maxDelay: 50, baseDelay: 50 });
    const handler = vi.fn(() => {
      if (handler.mock.calls.length === 1) throw new RetryLaterError(0.4, 'busy');
    });
    const receiver = receive(store).onAny(handler);
    const webhook = await createWebhook();
    await webhook.send(receiver);
    await until(() => expect(handler).toHaveBeenCalled());
    await until(async () => expect((await store.get(webhook.id))?.state).toBe('queued'));
    set(-day);
    await untilState(store, webhook, 'processed');
  });

  it.each([day, -day])('by %i ms does not stop retries and new deliveries', async (shift) => {
    const set = setClock();
    const store = open(temporaryPath(), { ...quick, maxDelay: 50, baseDelay: 50 });
    let down = true;
    const handler = vi.fn(() => {
      if (down) throw new Error('down');
    });
    const receiver = receive(store).onAny(handler);
    const webhook = await createWebhook();
    await webhook.send(receiver);
    await until(() => expect(handler).toHaveBeenCalled());
    set(shift);
    down = false;
    await untilState(store, webhook, 'processed');
    const next = await createWebhook('scan_failed');
    await next.send(receiver);
    await untilState(store, next, 'processed');
  });

  it.each([
    [day, 1],
    [-day, 1],
    [day, 20],
    [-day, 20],
  ])(
    'by %i ms does not affect the running deliveries of another worker, with maxAttempts %i',
    async (shift, maxAttempts) => {
      const set = setClock();
      const path = temporaryPath();
      // Both see the clock jump, as two processes of one machine do. Only a last attempt could become a dead letter, and only another one could be claimed.
      const options = { ...quick, lease: 3000, maxAttempts };
      // The owner gives no sign of life before the other has looked.
      const [owner, other] = [open(path, { ...options, pollInterval: 60_000 }), open(path, options)];
      const gate = createGate();
      const endpoints = ['a', 'b'];
      const taken = vi.fn();
      for (const endpoint of endpoints) {
        owner.start(endpoint, async (work) => {
          await gate.pass();
          return done(work);
        });
      }
      const deliveries = endpoints.map((endpoint) => createStored({ endpoint }));
      for (const delivery of deliveries) await owner.enqueue(delivery);
      await until(() => expect(gate.running()).toBe(2));
      for (const endpoint of endpoints) {
        other.start(endpoint, async (work) => {
          taken();
          return done(work);
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      set(shift);
      // A worker that starts now has not seen the jump. It recognizes a clock that was set back by the stored times.
      if (shift < 0) {
        open(path, options).start('a', async (work) => {
          taken();
          return done(work);
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(taken).not.toHaveBeenCalled();
      for (const { id } of deliveries)
        expect(await owner.get(id)).toMatchObject({ state: 'running', attempts: 1 });
      gate.release(2);
      for (const delivery of deliveries) await untilState(owner, delivery, 'processed');
    },
  );
});

describe('Processes with different options', () => {
  it("do not claim each other's running deliveries", async () => {
    const path = temporaryPath();
    const owner = open(path, { ...quick, lease: 3_600_000 });
    const gate = createGate();
    owner.start('default', async (work) => {
      await gate.pass();
      return done(work);
    });
    const delivery = createStored();
    await owner.enqueue(delivery);
    await until(() => expect(gate.running()).toBe(1));
    const other = open(path, { ...quick, lease: 30 });
    const taken = vi.fn(async (work: QueuedWork) => done(work));
    other.start('default', taken);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(taken).not.toHaveBeenCalled();
    const [lease] = query(path, 'SELECT lease_until - received_at AS duration FROM webhook_logs');
    expect(Object(lease).duration).toBeGreaterThan(1_800_000);
    gate.release();
    await untilState(owner, delivery, 'processed');
  });

  it('take over the delivery of a lost process one lease after a fast clock is corrected', async () => {
    const path = temporaryPath();
    const store = open(path, { ...quick, lease: 200, maxDelay: 86_400_000 });
    const delivery = createStored();
    await store.enqueue(delivery);
    // Less than the longest wait: it is the lease that counts.
    query(
      path,
      "UPDATE webhook_logs SET state = 'running', attempts = 1, due_at = NULL, lease_owner = 'lost', lease_duration = 200, lease_until = ?",
      Date.now() + 3_600_000,
    );
    const process = vi.fn(async (work: QueuedWork) => done(work));
    store.start('default', process);
    await until(() => expect(process).toHaveBeenCalledOnce());
  });
});
