import { ConfigurationError, createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { signedRequest } from '@spiderfoot-webhooks/core/testing';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { routeMounts } from '../../support/adapters/index.ts';
import type { Route } from '../../support/adapters/mount.ts';
import { routed } from '../../support/routes.ts';
import {
  duplicate,
  resultOf,
  routedReceiver,
  secret,
  send,
  startWith,
  webhook,
} from '../../support/webhooks.ts';

describe.each(routeMounts)('a receiver with a route in $name', (mount) => {
  const starting = startWith(mount);

  it.each<[string, (receiver: Receiver) => Receiver]>([
    ['on()', (receiver) => receiver.on('scan_completed', () => {}, { name: 'siem' })],
    ['onAny()', (receiver) => receiver.onAny(() => {}, { name: 'siem' })],
    ['onUnhandled()', (receiver) => receiver.onUnhandled(() => {}, { name: 'siem' })],
  ])(
    'throws if a receiver has both a handler of %s, which would never run, and a route',
    async (_, register) => {
      const error = { name: 'ConfigurationError', option: 'handler' };
      const handling = register(createReceiver({ secret }));
      await expect(mount.start(handling, () => 200)).rejects.toMatchObject(error);
      await expect(mount.start(handling, () => 200)).rejects.toThrow(
        /siem.*webhookMiddleware.*webhookHandler/,
      );
      const { at, receiver } = await starting({}, () => 200);
      expect(() => register(receiver)).toThrow(expect.objectContaining(error));
      expect(() => register(receiver)).toThrow(/webhookMiddleware.*webhookHandler/);
      expect(resultOf(await send(at, await webhook()))).toEqual(routed(200));
    },
  );

  it('allows handlers if webhookHandler is mounted on the same receiver first', async () => {
    const { receiver } = routedReceiver();
    const handler = vi.fn();
    const handle = fetchHandler(receiver.on('scan_completed', handler));
    const at = await mount.start(receiver, () => 202);
    onTestFinished(at.close);
    expect(() => receiver.on('scan_failed', handler)).not.toThrow();
    expect(resultOf(await send(at, await webhook()))).toEqual(routed(202));
    expect(handler).not.toHaveBeenCalled();
    for (const type of ['scan_completed', 'scan_failed'] as const) {
      expect((await handle(await signedRequest(type, { secret }))).status).toBe(200);
    }
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('allows handlers again once webhookHandler is mounted on the same receiver', async () => {
    const { receiver } = await starting({}, () => 200);
    const handle = fetchHandler(receiver);
    const handler = vi.fn();
    receiver.onAny(handler);
    expect((await handle(await signedRequest('scan_failed', { secret }))).status).toBe(200);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('allows two mounts of one receiver, each with its own route', async () => {
    const first = vi.fn<Route>(() => 201);
    const { at, receiver } = await starting({}, first);
    const other = await mount.start(receiver, () => 202);
    onTestFinished(other.close);
    const message = await webhook();
    expect(resultOf(await send(at, message))).toEqual(routed(201));
    expect(resultOf(await send(other, message))).toEqual(duplicate);
    expect(resultOf(await send(other, await webhook()))).toEqual(routed(202));
    expect(first).toHaveBeenCalledOnce();
  });

  it('rejects a receiver with a queue', async () => {
    const receiver = createReceiver({ secret, queue: memoryQueue() });
    await expect(mount.start(receiver, () => 200)).rejects.toThrow(ConfigurationError);
    await expect(mount.start(receiver, () => 200)).rejects.toMatchObject({ option: 'queue' });
  });
});
