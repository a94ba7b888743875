import { createReceiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it, vi } from 'vitest';
import { done, quick, receive } from '../support/queues.ts';
import { open, temporaryPath, until } from '../support/temporary-files.ts';
import { createWebhook, secret } from '../support/webhooks.ts';

describe('A queue', () => {
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
    expect(() => store.start('a', async (work) => done(work))).toThrow(
      expect.objectContaining({ option: 'endpoint' }),
    );
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
});
