import { rmSync } from 'node:fs';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { expect, it, vi } from 'vitest';
import { open, temporaryPath, until } from './support/temporary-files.ts';
import { createStored, createWebhook, secret } from './support/webhooks.ts';

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
