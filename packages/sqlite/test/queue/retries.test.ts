import { createReceiver, RetryLaterError } from '@spiderfoot-webhooks/core';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/index.ts';
import { quick, receive, untilState } from '../support/queues.ts';
import { open, temporaryPath, until } from '../support/temporary-files.ts';
import { createWebhook, secret } from '../support/webhooks.ts';

describe('A queue', () => {
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
      const run = { startedAt: expect.any(Date), duration: expect.any(Number) };
      const failed = { ...run, error: 'down' };
      expect(record?.handlers[1]).toEqual({
        ...{ name: 'siem', succeeded: true, attempts: 3 },
        runs: [failed, failed, run],
      });
    },
  );

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
});
