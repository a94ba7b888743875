import { describe, expect, it, vi } from 'vitest';
import { createRouteMiddleware } from '../../src/adapter/index.ts';
import { ConfigurationError, createReceiver, type Receiver } from '../../src/index.ts';
import { memoryQueue } from '../../src/stores/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';
import { fetchHandler } from '../../src/web/index.ts';

const secret = 's3cret';

let serial = 0;

/** Receive an event that is not a duplicate of an earlier one. */
async function receive(receiver: Receiver, type: 'scan_completed' | 'scan_failed' | 'malware_detected') {
  return receiver.receive(await signedDelivery(type, { secret, data: { serial: serial++ } }));
}

describe('receiver.off()', () => {
  it('removes a handler only for the type that is passed', async () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret }).on('scan_completed', handler).on('scan_failed', handler);
    receiver.off('scan_completed', handler);
    await receive(receiver, 'scan_completed');
    expect(handler).not.toHaveBeenCalled();
    await receive(receiver, 'scan_failed');
    expect(handler).toHaveBeenCalledOnce();
  });

  it('removes a handler that has already run for the type', async () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret }).on('scan_completed', handler);
    await receive(receiver, 'scan_completed');
    receiver.off('scan_completed', handler);
    await receive(receiver, 'scan_completed');
    expect(handler).toHaveBeenCalledOnce();
  });

  it('removes every registration of a function for the type, and no other function', async () => {
    const [removed, kept] = [vi.fn(), vi.fn()];
    const receiver = createReceiver({ secret })
      .on('scan_completed', removed)
      .on('scan_completed', kept)
      .on('scan_completed', removed, { name: 'second' });
    receiver.off('scan_completed', removed);
    await receive(receiver, 'scan_completed');
    expect([removed.mock.calls.length, kept.mock.calls.length]).toEqual([0, 1]);
  });

  it('treats an alias as the type', async () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret }).on('scan.complete', handler).off('scan_completed', handler);
    await receive(receiver, 'scan_completed');
    expect(handler).not.toHaveBeenCalled();
  });

  it('removes a handler from a part of the list that it was registered with', async () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret }).on(['scan_completed', 'scan_failed'], handler);
    receiver.off('scan_failed', handler);
    await receive(receiver, 'scan_failed');
    expect(handler).not.toHaveBeenCalled();
    await receive(receiver, 'scan_completed');
    expect(handler).toHaveBeenCalledOnce();
    receiver.off(['scan_completed', 'malware_detected'], handler);
    await receive(receiver, 'scan_completed');
    expect(handler).toHaveBeenCalledOnce();
  });

  it('keeps a handler that is registered for the category, or with onAny or onUnhandled', async () => {
    const [category, any, unhandled] = [vi.fn(), vi.fn(), vi.fn()];
    const receiver = createReceiver({ secret })
      .on('scan.*', category)
      .onAny(any)
      .onUnhandled(unhandled)
      .off('scan_completed', category)
      .off('all', any)
      .off('all', unhandled);
    await receive(receiver, 'scan_completed');
    await receive(receiver, 'malware_detected');
    expect([category, any, unhandled].map(({ mock }) => mock.calls.length)).toEqual([1, 2, 1]);
    receiver.off('scan.*', category);
    await receive(receiver, 'scan_completed');
    expect(category).toHaveBeenCalledOnce();
  });

  it('does nothing if the function is not registered for the type', async () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret }).on('scan_completed', handler);
    const other = vi.fn();
    receiver.off('scan_failed', handler).off('scan_completed', other).offAny(handler).offUnhandled(handler);
    await receive(receiver, 'scan_completed');
    expect(handler).toHaveBeenCalledOnce();
  });

  it.each([
    ['an unknown type', 'scan_complet'],
    ['an empty list', []],
  ])('throws a ConfigurationError for %s', (_, type) => {
    const receiver = createReceiver({ secret });
    // A program in plain JavaScript can pass any value.
    const remove = () => Reflect.apply(receiver.off, receiver, [type, () => {}]);
    expect(remove).toThrow(ConfigurationError);
    expect(remove).toThrow(expect.objectContaining({ option: 'type' }));
  });

  it('passes the events to onUnhandled when no handler is left', async () => {
    const [handler, unhandled] = [vi.fn(), vi.fn()];
    const receiver = createReceiver({ secret }).on('scan_completed', handler).onUnhandled(unhandled);
    await receive(receiver, 'scan_completed');
    expect(unhandled).not.toHaveBeenCalled();
    receiver.off('scan_completed', handler);
    await receive(receiver, 'scan_completed');
    expect(unhandled).toHaveBeenCalledOnce();
  });

  it('frees the name of the handler', () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const receiver = createReceiver({ secret }).on('scan_completed', first, { name: 'siem' });
    expect(() => receiver.on('scan_failed', second, { name: 'siem' })).toThrow(ConfigurationError);
    receiver.off('scan_completed', first);
    expect(() => receiver.on('scan_failed', second, { name: 'siem' })).not.toThrow();
  });

  it('lets a running handler finish, and does not run it for a retry', async () => {
    let fail: (error: Error) => void = () => {};
    const attempt = new Promise<void>((_, reject) => {
      fail = reject;
    });
    const handler = vi.fn(() => attempt);
    const receiver = createReceiver({ secret }).on('scan_completed', handler);
    const delivery = () =>
      signedDelivery('scan_completed', { secret, timestamp: new Date(1_769_860_800_000) });
    const first = receiver.receive(await delivery());
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    receiver.off('scan_completed', handler);
    fail(new Error('Slack is down'));
    expect(await first).toMatchObject({ status: 'rejected', code: 'handler_failed' });
    expect(await receiver.receive(await delivery())).toMatchObject({ status: 'processed' });
    expect(handler).toHaveBeenCalledOnce();
  });

  it('removes a handler of a mounted receiver with a queue', async () => {
    const [removed, kept] = [vi.fn(), vi.fn()];
    const receiver = createReceiver({ secret, queue: memoryQueue() }).onAny(removed).onAny(kept);
    fetchHandler(receiver);
    receiver.offAny(removed);
    expect(await receive(receiver, 'scan_completed')).toMatchObject({ status: 'accepted' });
    await vi.waitFor(() => expect(kept).toHaveBeenCalledOnce());
    expect(removed).not.toHaveBeenCalled();
    await receiver.close();
  });

  it('allows a route after all handlers are removed', () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret }).on(['scan_completed', 'scan_failed'], handler);
    receiver.off('scan_failed', handler);
    expect(() => createRouteMiddleware(receiver)).toThrow(expect.objectContaining({ option: 'handler' }));
    receiver.off('scan_completed', handler);
    expect(() => createRouteMiddleware(receiver)).not.toThrow();
  });
});

describe.each([
  ['offAny', 'onAny', 'onUnhandled'],
  ['offUnhandled', 'onUnhandled', 'onAny'],
] as const)('receiver.%s()', (off, on, other) => {
  it(`removes every registration of a function with ${on}, and none with ${other}`, async () => {
    const handler = vi.fn();
    const receiver = createReceiver({ secret });
    receiver[on](handler);
    receiver[on](handler);
    receiver[other](handler);
    await receive(receiver, 'scan_completed');
    expect(handler).toHaveBeenCalledTimes(3);
    receiver[off](handler);
    await receive(receiver, 'scan_completed');
    expect(handler).toHaveBeenCalledTimes(4);
  });
});
