import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { type Delivery, toHttpResponse } from '../../src/adapter/index.ts';
import { NodeDelivery } from '../../src/adapter/node/index.ts';
import { createReceiver, EventHandlingError, RetryLaterError } from '../../src/index.ts';
import { serve } from '../../src/node/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';
import { recordsOf } from '../support/records.ts';
import { deliveryFactory, secret, sender } from '../support/sender.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('a user function that fails', () => {
  it('answers 500 and calls onError if the getter of peer throws, and processes the next delivery', async () => {
    const errors = vi.fn();
    const receiver = createReceiver({ secret, allowedIps: ['loopback'] }).onError(errors);
    const createDelivery = await deliveryFactory();
    const fault = new Error('no header');
    const broken = Object.defineProperty(createDelivery(), 'peer', {
      get() {
        throw fault;
      },
    });
    const outcome = await receiver.receive(broken);
    expect(outcome).toEqual({ status: 'rejected', code: 'receiver_failed', error: fault });
    expect(toHttpResponse(outcome)).toMatchObject({
      status: 500,
      body: '{"error":"Internal error","code":"receiver_failed"}',
    });
    expect(errors).toHaveBeenCalledWith(fault, expect.objectContaining({ source: 'receiver' }));
    expect(await receiver.receive(createDelivery())).toMatchObject({ status: 'processed' });
  });

  it.each([
    ['throws', z.object({}).transform(() => JSON.parse('{'))],
    ['is asynchronous', z.object({}).refine(async () => true)],
  ])(
    'rejects the event as invalid_event if its schema %s, calls onError, and records it in the log',
    async (_, schema) => {
      const errors = vi.fn();
      const log = memoryLog();
      const receiver = createReceiver({ secret, log, schemas: { scan_completed: schema } }).onError(errors);
      expect(await receiver.receive(await signedDelivery('scan_completed', { secret }))).toMatchObject({
        code: 'invalid_event',
        eventType: 'scan_completed',
        issues: [{ path: 'data', message: 'The schema of this type threw an error' }],
      });
      expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source: 'schemas' }));
      expect(await recordsOf(log)).toMatchObject([
        { state: 'rejected', code: 'invalid_event', eventType: 'scan_completed' },
      ]);
    },
  );

  it.each([
    ['log', { log: { record: () => new Promise<undefined>(() => {}) } }],
    [
      'queue',
      {
        queue: { enqueue: () => new Promise<'accepted'>(() => {}), start: () => ({ close: async () => {} }) },
      },
    ],
  ])(
    'answers unavailable if a %s never answers, and close() does not wait for it',
    async (source, options) => {
      vi.useFakeTimers();
      const errors = vi.fn();
      const receiver = createReceiver({ secret, ...options }).onError(errors);
      const answers = [(await sender())(receiver), (await sender('scan_completed', { n: 2 }))(receiver)];
      await vi.advanceTimersByTimeAsync(5000);
      for (const answer of answers) expect(await answer).toMatchObject({ code: 'unavailable' });
      expect(errors).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ source }));
      await receiver.close();
    },
  );

  it.each<[string, () => unknown]>([
    [
      'whose message throws',
      () => Object.defineProperty(new Error(), 'message', { get: () => JSON.parse('{') }),
    ],
    ['whose message is not a string', () => Object.assign(new Error(), { message: Symbol('no') })],
    ['that is not an Error', () => null],
  ])(
    'rejects with handler_failed if a handler throws an error %s, and a retry runs it again',
    async (_, createError) => {
      const receiver = createReceiver({ secret });
      let runs = 0;
      receiver.onAny(async () => {
        if (++runs === 1) throw createError();
      });
      const createDelivery = await deliveryFactory();
      expect(await receiver.receive(createDelivery())).toMatchObject({ code: 'handler_failed' });
      expect(await receiver.receive(createDelivery())).toMatchObject({ status: 'processed' });
      expect(runs).toBe(2);
    },
  );
});

describe('a handler that exceeds handlerTimeout', () => {
  /** Create a receiver with a handler that runs until the test finishes it. */
  function createSlow(options: Partial<Parameters<typeof createReceiver>[0]> = {}) {
    const finish: (() => void)[] = [];
    const receiver = createReceiver({ secret, handlerTimeout: 20, ...options });
    receiver.onAny(() => new Promise<void>((resolve) => finish.push(resolve)), { name: 'slow' });
    return { receiver, finish };
  }

  it('does not run a slow handler again for a retry, which waits for it', async () => {
    const { receiver, finish } = createSlow();
    const createDelivery = await deliveryFactory();
    expect(await receiver.receive(createDelivery())).toMatchObject({ code: 'handler_failed' });
    const retry = receiver.receive(createDelivery());
    finish[0]?.();
    expect(await retry).toMatchObject({ status: 'processed' });
    expect(await receiver.receive(createDelivery())).toMatchObject({ status: 'duplicate' });
    expect(finish).toHaveLength(1);
  });

  it('fails each retry without a second run if a handler never settles', async () => {
    const { receiver, finish } = createSlow();
    const createDelivery = await deliveryFactory();
    for (let n = 0; n < 3; n++)
      expect(await receiver.receive(createDelivery())).toMatchObject({ code: 'handler_failed' });
    expect(finish).toHaveLength(1);
    await receiver.close();
  });

  it('runs a handler again for a retry if it fails after its timeout', async () => {
    const receiver = createReceiver({ secret, handlerTimeout: 20 });
    const fail: ((error: Error) => void)[] = [];
    receiver.onAny(() => new Promise((_, reject) => fail.push(reject)));
    const createDelivery = await deliveryFactory();
    await receiver.receive(createDelivery());
    fail[0]?.(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    const retry = receiver.receive(createDelivery());
    await vi.waitFor(() => expect(fail).toHaveLength(2));
    fail[1]?.(new Error('again'));
    expect(await retry).toMatchObject({ code: 'handler_failed' });
  });

  it('does not run a slow handler again for a retry of a queue, which waits for it', async () => {
    const { receiver, finish } = createSlow({ queue: memoryQueue({ baseDelay: 1 }) });
    const outcomes: string[] = [];
    receiver.onOutcome(({ status }) => outcomes.push(status));
    await (await sender())(receiver);
    await vi.waitFor(() => expect(outcomes).toContain('rejected'));
    finish[0]?.();
    await vi.waitFor(() => expect(outcomes).toContain('processed'));
    expect(finish).toHaveLength(1);
    await receiver.close();
  });
});

describe('retryAfter of a handler error', () => {
  it('answers with the longest retryAfter of several handlers', async () => {
    const receiver = createReceiver({ secret });
    receiver.on('scan.*', () => {
      throw new RetryLaterError(2.5, 'busy');
    });
    receiver.onAny(async () => {
      throw Object.assign(new Error('busier'), { retryAfter: 61 });
    });
    const outcome = await (await sender())(receiver);
    expect(outcome).toMatchObject({ code: 'handler_failed', retryAfter: 61 });
    expect(toHttpResponse(outcome).headers['retry-after']).toBe('61');
  });

  it.each([1e5, 1e12, Number.MAX_VALUE])(
    'answers with a Retry-After of one day if a handler asks for %d seconds',
    async (seconds) => {
      const receiver = createReceiver({ secret }).onAny(() => {
        throw new RetryLaterError(seconds, 'busy');
      });
      const outcome = await (await sender())(receiver);
      expect(toHttpResponse(outcome).headers['retry-after']).toBe('86400');
    },
  );

  it.each([-1, 0, Number.NaN, Number.POSITIVE_INFINITY, '60'])(
    'answers without Retry-After if the retryAfter of a handler error is %s',
    async (retryAfter) => {
      const receiver = createReceiver({ secret }).onAny(() => {
        throw Object.assign(new Error('busy'), { retryAfter });
      });
      const outcome = await (await sender())(receiver);
      expect(toHttpResponse(outcome).headers['retry-after']).toBeUndefined();
    },
  );
});

it('limits the message of EventHandlingError to one short line without control characters', async () => {
  const errors: unknown[] = [];
  const receiver = createReceiver({ secret }).onError((error) => errors.push(error));
  receiver.onAny(() => {
    throw new Error(`\u001b[2J\nforged\u009b\u2028${'x'.repeat(1_000_000)}`);
  });
  await receiver.receive(await signedDelivery(`a\n\u001b[2J${'y'.repeat(100_000)}`, { secret }));
  const [error] = errors;
  const { message } = error instanceof EventHandlingError ? error : new Error('Not an EventHandlingError');
  expect(message.length).toBeLessThan(1300);
  expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
});

it('does not serialize the event of an EventHandlingError, because loggers would write it out', async () => {
  const errors: unknown[] = [];
  const receiver = createReceiver({ secret }).onError((error) => errors.push(error));
  receiver.onAny(() => {
    throw new Error('down');
  });
  await (await sender('scan_completed', { target: 'secret.example.com' }))(receiver);
  const [error] = errors;
  expect(error).toBeInstanceOf(EventHandlingError);
  expect(JSON.stringify(error)).not.toContain('secret.example.com');
  expect(Object.keys(Object(error))).not.toContain('failures');
  expect(error).toMatchObject({ event: { event_type: 'scan_completed' }, failures: [{ handler: 'all' }] });
});

it.each<[string, Partial<Delivery>]>([
  [
    'closeConnection',
    {
      header: () => undefined,
      closeConnection() {
        throw new Error('fault');
      },
    },
  ],
  [
    'connectionClosing',
    {
      get connectionClosing(): boolean {
        throw new Error('fault');
      },
    },
  ],
])('rejects with receiver_failed if %s of an adapter throws', async (_, faulty) => {
  const receiver = createReceiver({ secret });
  const outcome = await receiver.receive(
    Object.defineProperties((await deliveryFactory())(), Object.getOwnPropertyDescriptors(faulty)),
  );
  expect(outcome).toMatchObject({ code: 'receiver_failed' });
});

it('rejects a request without a socket like any other request', async () => {
  const req = Object.assign(new IncomingMessage(new Socket()), {
    method: 'PUT',
    httpVersionMajor: 1,
    socket: undefined,
  });
  const outcome = await createReceiver({ secret }).receive(new NodeDelivery(req, () => undefined));
  expect(outcome).toEqual({ status: 'rejected', code: 'method_not_allowed' });
});

it('logs a warning only about an event without a handler', async () => {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const receiver = createReceiver({ secret, logger }).on('scan_failed', () => {});
  await (await sender('scan_failed'))(receiver);
  expect(logger.warn).not.toHaveBeenCalled();
  await (await sender())(receiver);
  expect(logger.warn).toHaveBeenCalledWith(
    expect.objectContaining({ eventType: 'scan_completed' }),
    'spiderfoot webhook: no handler is registered for this event',
  );
});

it('serve() rejects an app that is not a request listener, and names the function to pass', async () => {
  const receiver = createReceiver({ secret });
  // Plain JavaScript can pass any value.
  const serving: unknown = Reflect.apply(serve, undefined, [{ callback() {} }, receiver, { port: 0 }]);
  await expect(serving).rejects.toMatchObject({
    option: 'listener',
    message: expect.stringContaining('app.callback()'),
  });
});
