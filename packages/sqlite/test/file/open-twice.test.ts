import { linkSync, symlinkSync } from 'node:fs';
import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore, type Store } from '../../src/index.ts';
import { open, temporaryPath, until } from '../support/temporary-files.ts';
import { createWebhook, secret } from '../support/webhooks.ts';

const warning = 'SPIDERFOOT_STORE_OPEN_TWICE';

/** A store's logger, and the arguments of its calls. */
function watched() {
  const logger = { warn: vi.fn(), error: vi.fn() };
  return { logger, codes: () => logger.warn.mock.calls.map(([details]) => details.code) };
}

describe('Opening a file that another store of this process has open', () => {
  it('warns through the logger, and names the file', () => {
    const path = temporaryPath();
    open(path);
    const { logger, codes } = watched();
    open(path, { logger });
    expect(codes()).toEqual([warning]);
    expect(logger.warn.mock.calls[0]?.[1]).toContain(path);
  });

  it('is a process warning if the logger cannot warn', async () => {
    const path = temporaryPath();
    const warned = new Promise<Error & { code?: string }>((resolve) => {
      const listener = (error: Error & { code?: string }) => {
        if (error.code === warning) resolve(error);
      };
      process.on('warning', listener);
      onTestFinished(() => void process.off('warning', listener));
    });
    open(path);
    open(path);
    expect((await warned).message).toContain(path);
  });

  it('is noticed through a symbolic link', () => {
    const path = temporaryPath();
    open(path);
    symlinkSync(path, `${path}.soft`);
    const soft = watched();
    open(`${path}.soft`, { logger: soft.logger });
    expect(soft.codes()).toEqual([warning]);
  });

  it('is noticed through a hard link', async () => {
    const path = temporaryPath();
    await openStore(path).close();
    linkSync(path, `${path}.hard`);
    open(path);
    const { logger, codes } = watched();
    open(`${path}.hard`, { logger });
    expect(codes()).toEqual([warning]);
  });

  it('is noticed by a second copy of the module', async () => {
    const path = temporaryPath();
    open(path);
    vi.resetModules();
    const reloaded = await import('../../src/index.ts');
    expect(reloaded.openStore).not.toBe(openStore);
    const { logger, codes } = watched();
    const store: Store = reloaded.openStore(path, { logger });
    onTestFinished(() => store.close());
    expect(codes()).toEqual([warning]);
  });

  it('does not warn after the other store was closed, about another file, or in memory', async () => {
    const path = temporaryPath();
    const { logger, codes } = watched();
    await open(path, { logger }).close();
    open(path, { logger });
    open(temporaryPath(), { logger });
    open(':memory:', { logger });
    open(':memory:', { logger });
    expect(codes()).toEqual([]);
  });

  it('warns once, however often a logger fails', () => {
    const path = temporaryPath();
    open(path);
    const warn = vi.fn(() => {
      throw new Error('no log');
    });
    open(path, { logger: { warn, error: vi.fn() } });
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe('The recipe for development servers', () => {
  it('gives every retry after a reload to the new code, without a warning', async () => {
    const path = temporaryPath();
    const { logger, codes } = watched();
    const kept: { store?: Store; receiver?: Receiver } = {};
    onTestFinished(() => kept.store?.close());
    async function load(handler: () => void): Promise<Receiver> {
      kept.store ??= openStore(path, { logger, baseDelay: 1, maxDelay: 1 });
      await kept.receiver?.close();
      const receiver = createReceiver({ secret, queue: kept.store }).onAny(handler, { name: 'handler' });
      kept.receiver = receiver;
      receiver.start();
      return receiver;
    }
    const broken = vi.fn(() => {
      throw new Error('a bug');
    });
    const old = await load(broken);
    const webhook = await createWebhook();
    await webhook.send(old);
    await until(() => expect(broken).toHaveBeenCalled());
    const fixed = vi.fn();
    await load(fixed);
    const calls = broken.mock.calls.length;
    await until(async () => expect((await kept.store?.get(webhook.id))?.state).toBe('processed'));
    expect(fixed).toHaveBeenCalledOnce();
    expect(broken).toHaveBeenCalledTimes(calls);
    expect(codes()).toEqual([]);
  });
});
