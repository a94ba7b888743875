import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithServer } from '../../../../test/support/servers/describe-with-server.ts';
import { redis, startRedis } from '../../../../test/support/servers/redis.ts';
import { openStore, storeFromEnvironment } from '../../src/index.ts';

const secret = 's3cret';

async function start(settings: Readonly<Record<string, string>> = {}): Promise<URL> {
  const server = await startRedis({ settings });
  onTestFinished(() => server.stop());
  return new URL(server.url);
}

/** Open a store, wait for it, and return the error. */
async function failureOf(location: string): Promise<unknown> {
  const store = await openStore(location);
  onTestFinished(() => store.close());
  return store.ready().then(
    () => undefined,
    (error: unknown) => error,
  );
}

describeWithServer(redis, 'a store in Redis', () => {
  it('is the queue of a receiver', async () => {
    const { href } = await start();
    const env = { SPIDERFOOT_WEBHOOK_STORE: href, SPIDERFOOT_WEBHOOK_MODE: 'queued' };
    const { options, store, close } = await storeFromEnvironment({}, env);
    onTestFinished(close);
    const receiver = createReceiver({ secret, ...options });
    onTestFinished(() => receiver.close());
    expect(await receiver.receive(await signedDelivery('scan_completed', { secret }))).toMatchObject({
      status: 'accepted',
    });
    expect(store?.capabilities.has('text')).toBe(false);
  });

  it('cannot be the log of a receiver', async () => {
    const { href } = await start();
    await expect(storeFromEnvironment({}, { SPIDERFOOT_WEBHOOK_STORE: href })).rejects.toMatchObject({
      option: 'SPIDERFOOT_WEBHOOK_MODE',
    });
  });

  it('lacks the capabilities that change it, with readOnly', async () => {
    const { href } = await start();
    const store = await openStore(href, { readOnly: true, mustExist: true });
    onTestFinished(() => store.close());
    expect(store.capabilities.has('list')).toBe(true);
    expect(store.capabilities.has('replay')).toBe(false);
    await expect(store.replay({})).rejects.toMatchObject({ capability: 'replay' });
    await expect(store.prune({ keep: 0 })).rejects.toMatchObject({ capability: 'prune' });
  });

  it.each([
    ['less durable than promised', { appendonly: 'no' }, '', /parameter "durability".*append-only file/],
    ['protected by a password', { requirepass: secret }, '', /requires a password/],
    ['protected by another password', { requirepass: secret }, ':wrong@', /rejects the password/],
  ])('ready() names the host and the next step if Redis is %s', async (_, settings, user, message) => {
    const { host } = await start(settings);
    const error = await failureOf(`redis://${user}${host}?patience=1000`);
    expect(error).toMatchObject({ name: 'ConfigurationError', option: 'store' });
    expect(error).toHaveProperty('message', expect.stringMatching(message));
    expect(error).toHaveProperty('message', expect.stringContaining(host));
  });

  it('ready() rejects with StoreUnavailableError, without the password, if Redis cannot be reached', async () => {
    const error = await failureOf(`redis://:${secret}@127.0.0.1:1?patience=500`);
    expect(error).toMatchObject({ name: 'StoreUnavailableError', server: '127.0.0.1:1' });
    expect(String(error)).not.toContain(secret);
  });
});
