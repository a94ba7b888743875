import { rmSync } from 'node:fs';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { afterEach, expect, it, vi } from 'vitest';
import { createLoggerMessages } from '../src/logger-messages.ts';
import { open, temporaryPath, until } from './support/temporary-files.ts';
import { createStored, createWebhook, secret } from './support/webhooks.ts';

afterEach(() => vi.restoreAllMocks());

it('logs a lasting error once a minute, with the number of repetitions', () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const error = vi.fn();
  const messages = createLoggerMessages({ error }, 'webhooks.db');
  const details = () => error.mock.calls.map(([{ err, repeated }]) => [err.message, repeated]);

  for (let n = 0; n < 5; n++) messages.error(new Error('gone'));
  messages.error(new Error('full'));
  expect(details()).toEqual([
    ['gone', undefined],
    ['full', undefined],
  ]);
  clock.mockReturnValue(60_000);
  for (let n = 0; n < 3; n++) messages.error(new Error('gone'));
  messages.error(new Error('full'));
  expect(details().slice(2)).toEqual([
    ['gone', 4],
    ['full', undefined],
  ]);
});

it('logs one line while workers retry with a missing file', async () => {
  const path = temporaryPath();
  const error = vi.fn();
  const store = open(path, { logger: { error }, pollInterval: 5 });
  const receiver = createReceiver({ secret, queue: store }).onAny(() => {});
  receiver.start();
  const webhook = await createWebhook();
  expect((await webhook.send(receiver)).status).toBe('accepted');
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
  await until(() => expect(error).toHaveBeenCalled());
  // Each of these is a further attempt at the file.
  for (let n = 0; n < 10; n++)
    await expect(store.enqueue(createStored())).rejects.toThrow('is missing or empty');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(error.mock.calls.map(([{ err }]) => err.message)).toEqual([
    expect.stringContaining('is missing or empty'),
  ]);
});
