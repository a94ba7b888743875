import {
  createReceiver,
  type DeadLetter,
  EventHandlingError,
  type Receiver,
  type ReceiverOptions,
} from '@spiderfoot-webhooks/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Store, StoreOptions } from '../../src/index.ts';
import { startProgram } from '../support/processes.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook, secret } from '../support/webhooks.ts';

const quick: StoreOptions = { baseDelay: 1, maxDelay: 5, pollInterval: 20, maxAttempts: 2 };

/** A logger that keeps lines above the level info. */
function keepingLogger() {
  const lines: string[] = [];
  const write = (level: string) => (_details: object, message: string) =>
    void lines.push(`${level} ${message}`);
  return { logger: { debug() {}, info() {}, warn: write('warn'), error: write('error') }, lines };
}

/** A receiver with a store, and the dead letters that it reports. */
function receiving(store: Store, options: Partial<ReceiverOptions> = {}) {
  const letters: DeadLetter[] = [];
  const receiver: Receiver = createReceiver({
    secret,
    ...(options.log === undefined && { queue: store }),
    ...options,
  });
  receiver.onDeadLetter((letter) => letters.push(letter));
  onTestFinished(() => receiver.close());
  return { receiver, letters };
}

const fail = () => Promise.reject(new Error('siem is down'));

/** Leaves a delivery in the state of a process that was killed during an attempt. */
const lose = (path: string) =>
  query(
    path,
    "UPDATE webhook_logs SET state = 'running', lease_owner = 'lost', due_at = NULL, lease_until = 1",
  );

describe('A dead letter', () => {
  it('is reported once it is stored, with its delivery, its handlers and their errors', async () => {
    const store = open(temporaryPath(), quick);
    const { receiver, letters } = receiving(store, { endpoint: 'e' });
    const stored: unknown[] = [];
    receiver.onDeadLetter(async ({ id }) => stored.push((await store.get(id))?.state));
    receiver.onAny(() => {}, { name: 'fine' }).onAny(fail, { name: 'siem' });
    const before = Date.now();
    const webhook = await createWebhook('scan_completed', { scan_id: 's', target: 't' });
    await webhook.send(receiver);
    await until(() => expect(stored).toEqual(['dead']));
    expect(letters).toMatchObject([
      {
        ...{ id: webhook.id, endpoint: 'e', eventType: 'scan_completed', scanId: 's', target: 't' },
        ...{ ip: '127.0.0.1', attempts: 2, reason: 'failed' },
        handlers: [
          { name: 'fine', succeeded: true, error: undefined },
          { name: 'siem', succeeded: false, error: 'siem is down' },
        ],
        error: expect.any(EventHandlingError),
      },
    ]);
    expect(letters[0]?.receivedAt.getTime()).toBeGreaterThanOrEqual(before);
  });

  it.each([
    ['the receiver', ['error spiderfoot webhook: handlers failed; the delivery is a dead letter'], 'r'],
    [
      'the store',
      ['error spiderfoot store: a delivery is a dead letter; store.replay() runs its handlers again'],
      's',
    ],
    ['both', ['error spiderfoot webhook: handlers failed; the delivery is a dead letter'], 'rs'],
  ])('is logged in one line if %s has a logger', async (_, expected, who) => {
    const { logger, lines } = keepingLogger();
    const store = open(temporaryPath(), { ...quick, maxAttempts: 1, ...(who.includes('s') && { logger }) });
    const { receiver, letters } = receiving(store, who.includes('r') ? { logger } : {});
    receiver.onAny(fail);
    await (await createWebhook()).send(receiver);
    await until(() => expect(letters).toHaveLength(1));
    await receiver.close();
    expect(lines).toEqual(expected);
  });

  it.each(['r', 's', 'rs'])(
    'is reported and logged in one line if its process ended during too many attempts (loggers: %s)',
    async (who) => {
      const path = temporaryPath();
      const { logger, lines } = keepingLogger();
      const store = open(path, { ...quick, lease: 200, ...(who.includes('s') && { logger }) });
      const delivery = createStored({ scanId: 's', target: 't' });
      await store.enqueue({ ...delivery, body: (await createWebhook()).body });
      for (const attempt of [1, 2]) {
        const program = startProgram({ path, options: { ...quick, lease: 200 }, handler: 'dies' });
        await program.waitForLine(`began ${attempt}`);
        await program.end();
      }
      const { receiver, letters } = receiving(store, who.includes('r') ? { logger } : {});
      receiver.start();
      await until(() => expect(letters).toHaveLength(1));
      expect(letters).toMatchObject([
        {
          ...{ id: delivery.id, endpoint: 'default', eventType: 'scan_completed', scanId: 's', target: 't' },
          ...{ ip: '127.0.0.1', attempts: 2, reason: 'lost', handlers: [], error: expect.any(Error) },
          receivedAt: delivery.receivedAt,
        },
      ]);
      expect(lines).toEqual([expect.stringContaining('dead letter')]);
    },
  );

  it('whose process was lost includes the earlier results of its handlers', async () => {
    const path = temporaryPath();
    const store = open(path, { ...quick, baseDelay: 60_000, maxDelay: 60_000 });
    const { receiver } = receiving(store);
    receiver.onAny(() => {}, { name: 'fine' }).onAny(fail, { name: 'siem' });
    const webhook = await createWebhook();
    await webhook.send(receiver);
    await until(async () => expect(await store.get(webhook.id)).toMatchObject({ state: 'queued' }));
    await receiver.close();
    lose(path);
    const next = receiving(store);
    next.receiver.start();
    await until(() => expect(next.letters).toHaveLength(1));
    expect(next.letters[0]).toMatchObject({
      reason: 'lost',
      handlers: [
        { name: 'fine', succeeded: true },
        { name: 'siem', succeeded: false, error: 'siem is down' },
      ],
    });
  });

  it.each(['r', 's', 'rs'])(
    'is reported and logged in one line if its body can no longer be parsed (loggers: %s)',
    async (who) => {
      const { logger, lines } = keepingLogger();
      const store = open(temporaryPath(), { ...quick, ...(who.includes('s') && { logger }) });
      const misfit = createStored();
      await store.enqueue(misfit);
      const { receiver, letters } = receiving(store, who.includes('r') ? { logger } : {});
      receiver.start();
      await until(() => expect(letters).toHaveLength(1));
      expect(letters).toMatchObject([
        {
          ...{ id: misfit.id, eventType: 'scan_completed', attempts: 1, reason: 'rejected', handlers: [] },
          ...{ code: 'invalid_event', issues: [{ path: 'timestamp' }] },
        },
      ]);
      expect(await store.get(misfit.id)).toMatchObject({ state: 'rejected' });
      expect(lines).toEqual([expect.stringContaining('dead letter')]);
    },
  );

  it('is reported for a delivery that is replayed from a log and fails too often', async () => {
    const store = open(temporaryPath(), quick);
    const { receiver, letters } = receiving(store, { log: store });
    receiver.onAny(fail, { name: 'siem' });
    const webhook = await createWebhook();
    expect(await webhook.send(receiver)).toMatchObject({ code: 'handler_failed' });
    expect(letters).toEqual([]);
    await store.replay({ state: 'failed' });
    await until(() => expect(letters).toHaveLength(1));
    expect(letters[0]).toMatchObject({ id: webhook.id, attempts: 2, reason: 'failed' });
  });

  it.each([
    ['throws', () => JSON.parse('{')],
    ['rejects', () => Promise.reject(new Error('no pager'))],
  ])('has no other effect if a listener %s', async (_, fault) => {
    const store = open(temporaryPath(), quick);
    const { receiver, letters } = receiving(store);
    const sources: string[] = [];
    receiver.onError((_error, { source }) => sources.push(source));
    receiver.onDeadLetter(fault).on('scan_completed', fail);
    const webhook = await createWebhook();
    await webhook.send(receiver);
    await until(() => expect(sources).toContain('listener'));
    expect(letters).toHaveLength(1);
    const next = await createWebhook('scan_failed');
    await next.send(receiver);
    await until(async () => expect((await store.get(next.id))?.state).toBe('processed'));
    expect((await store.get(webhook.id))?.state).toBe('dead');
  });

  it('is reported again if it is replayed and fails again', async () => {
    const store = open(temporaryPath(), quick);
    const { receiver, letters } = receiving(store);
    const handler = vi.fn(fail);
    receiver.onAny(handler);
    await (await createWebhook()).send(receiver);
    await until(() => expect(letters).toHaveLength(1));
    await store.replay({ state: 'dead' });
    await until(() => expect(letters).toHaveLength(2));
    expect(handler).toHaveBeenCalledTimes(4);
  });
});
