import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { type Delivery, toHttpResponse } from '../../src/adapter/index.ts';
import { NodeDelivery } from '../../src/adapter/node/index.ts';
import { createReceiver, EventHandlingError, type Receiver, RetryLaterError } from '../../src/index.ts';
import { serve } from '../../src/node/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { signedDelivery, signedWebhook } from '../../src/testing/index.ts';
import { recordsOf } from '../support/records.ts';

const secret = 'faults-s3cret';

/** The same delivery, as often as it is asked for. */
async function delivery(data: unknown = {}): Promise<() => Delivery> {
  const { headers, body } = await signedWebhook('scan_completed', { secret, data });
  return () => ({
    method: 'POST',
    peer: '127.0.0.1',
    header: (name) => headers[name],
    readBody: async () => Buffer.from(body),
  });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a fault of the user's own functions", () => {
  it('that tells the address is answered 500, told, and counted as no more than that', async () => {
    const errors = vi.fn();
    const receiver = createReceiver({ secret, allowedIps: ['loopback'] }).onError(errors);
    const next = await delivery();
    const fault = new Error('no header');
    const broken = Object.defineProperty(next(), 'peer', {
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
    expect(await receiver.receive(next())).toMatchObject({ status: 'processed' });
  });

  it.each([
    ['throws', z.object({}).transform(() => JSON.parse('{'))],
    ['has to be awaited', z.object({}).refine(async () => true)],
  ])('that is a schema which %s rejects the event, is told, and the log has it', async (_, schema) => {
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
  });

  it.each([
    ['log', { log: { record: () => new Promise<undefined>(() => {}) } }],
    [
      'queue',
      {
        queue: { enqueue: () => new Promise<'accepted'>(() => {}), start: () => ({ close: async () => {} }) },
      },
    ],
  ])(
    'that is a %s which never answers is 503 in time, and closing does not wait for it',
    async (source, options) => {
      vi.useFakeTimers();
      const errors = vi.fn();
      const receiver = createReceiver({ secret, ...options }).onError(errors);
      const answers = [
        receiver.receive((await delivery())()),
        receiver.receive((await delivery({ n: 2 }))()),
      ];
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
    ['whose message is no text', () => Object.assign(new Error(), { message: Symbol('no') })],
    ['that is no error', () => null],
  ])('that is a handler with an error %s fails that delivery, and its retry is tried', async (_, make) => {
    const receiver = createReceiver({ secret });
    let runs = 0;
    receiver.onAny(async () => {
      if (++runs === 1) throw make();
    });
    const next = await delivery();
    expect(await receiver.receive(next())).toMatchObject({ code: 'handler_failed' });
    expect(await receiver.receive(next())).toMatchObject({ status: 'processed' });
    expect(runs).toBe(2);
  });
});

describe('a handler past its time', () => {
  function slow(options: Partial<Parameters<typeof createReceiver>[0]> = {}) {
    const finish: (() => void)[] = [];
    const receiver = createReceiver({ secret, handlerTimeout: 20, ...options });
    receiver.onAny(() => new Promise<void>((resolve) => finish.push(resolve)), { name: 'slow' });
    return { receiver, finish };
  }

  it('that runs on is waited for by the retry, not started a second time', async () => {
    const { receiver, finish } = slow();
    const next = await delivery();
    expect(await receiver.receive(next())).toMatchObject({ code: 'handler_failed' });
    const retry = receiver.receive(next());
    finish[0]?.();
    expect(await retry).toMatchObject({ status: 'processed' });
    expect(await receiver.receive(next())).toMatchObject({ status: 'duplicate' });
    expect(finish).toHaveLength(1);
  });

  it('that never settles fails each retry, and still runs once', async () => {
    const { receiver, finish } = slow();
    const next = await delivery();
    for (let n = 0; n < 3; n++)
      expect(await receiver.receive(next())).toMatchObject({ code: 'handler_failed' });
    expect(finish).toHaveLength(1);
    await receiver.close();
  });

  it('that fails in the end is started again', async () => {
    const receiver = createReceiver({ secret, handlerTimeout: 20 });
    const fail: ((error: Error) => void)[] = [];
    receiver.onAny(() => new Promise((_, reject) => fail.push(reject)));
    const next = await delivery();
    await receiver.receive(next());
    fail[0]?.(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    const retry = receiver.receive(next());
    await vi.waitFor(() => expect(fail).toHaveLength(2));
    fail[1]?.(new Error('again'));
    expect(await retry).toMatchObject({ code: 'handler_failed' });
  });

  it('is waited for behind a queue as well', async () => {
    const { receiver, finish } = slow({ queue: memoryQueue({ baseDelay: 1 }) });
    const outcomes: string[] = [];
    receiver.onOutcome(({ status }) => outcomes.push(status));
    await receiver.receive((await delivery())());
    await vi.waitFor(() => expect(outcomes).toContain('rejected'));
    finish[0]?.();
    await vi.waitFor(() => expect(outcomes).toContain('processed'));
    expect(finish).toHaveLength(1);
    await receiver.close();
  });

  it.each([
    ['nine seconds', {}, 9000],
    ['five minutes behind a queue', { queue: memoryQueue() }, 300_000],
  ])('had %s, if nobody said otherwise', async (_, options, time) => {
    vi.useFakeTimers();
    const errors: unknown[] = [];
    const receiver: Receiver = createReceiver({ secret, ...options });
    receiver.onError((error) => errors.push(error)).onAny(() => new Promise(() => {}));
    const answered = receiver.receive((await delivery())());
    await vi.advanceTimersByTimeAsync(time - 1);
    expect(errors).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(errors).toEqual([expect.any(EventHandlingError)]);
    await answered;
  });
});

describe('a handler that asks for time', () => {
  it('has it told to the sender, the longest of several', async () => {
    const receiver = createReceiver({ secret });
    receiver.on('scan.*', () => {
      throw new RetryLaterError(2.5, 'busy');
    });
    receiver.onAny(async () => {
      throw Object.assign(new Error('busier'), { retryAfter: 61 });
    });
    const outcome = await receiver.receive((await delivery())());
    expect(outcome).toMatchObject({ code: 'handler_failed', retryAfter: 61 });
    expect(toHttpResponse(outcome).headers['retry-after']).toBe('61');
  });

  it.each([1e5, 1e12, Number.MAX_VALUE])(
    'of %d seconds asks the sender to wait for a day',
    async (seconds) => {
      const receiver = createReceiver({ secret }).onAny(() => {
        throw new RetryLaterError(seconds, 'busy');
      });
      const outcome = await receiver.receive((await delivery())());
      expect(toHttpResponse(outcome).headers['retry-after']).toBe('86400');
    },
  );

  it.each([-1, 0, Number.NaN, Number.POSITIVE_INFINITY, '60'])('but not %s', async (retryAfter) => {
    const receiver = createReceiver({ secret }).onAny(() => {
      throw Object.assign(new Error('busy'), { retryAfter });
    });
    const outcome = await receiver.receive((await delivery())());
    expect(toHttpResponse(outcome).headers['retry-after']).toBeUndefined();
  });
});

it('what a failure says is one line and not long, whatever the sender and the handler have put into it', async () => {
  const errors: unknown[] = [];
  const receiver = createReceiver({ secret }).onError((error) => errors.push(error));
  receiver.onAny(() => {
    throw new Error(`\u001b[2J\nforged\u009b\u2028${'x'.repeat(1_000_000)}`);
  });
  await receiver.receive(await signedDelivery(`a\n\u001b[2J${'y'.repeat(100_000)}`, { secret }));
  const [error] = errors;
  const { message } = error instanceof EventHandlingError ? error : new Error('none');
  expect(message.length).toBeLessThan(1300);
  expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
});

it('a failure does not carry the event into what a logger writes out', async () => {
  const errors: unknown[] = [];
  const receiver = createReceiver({ secret }).onError((error) => errors.push(error));
  receiver.onAny(() => {
    throw new Error('down');
  });
  await receiver.receive((await delivery({ target: 'secret.example.com' }))());
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
        throw new Error('a fault');
      },
    },
  ],
  [
    'connectionClosing',
    {
      get connectionClosing(): boolean {
        throw new Error('a fault');
      },
    },
  ],
])('answers receiver_failed if %s of an adapter throws', async (_, faulty) => {
  const receiver = createReceiver({ secret });
  const outcome = await receiver.receive(
    Object.defineProperties((await delivery())(), Object.getOwnPropertyDescriptors(faulty)),
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

it('logs a warning about an event without a handler', async () => {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const receiver = createReceiver({ secret, logger }).on('scan_failed', () => {});
  await receiver.receive((await delivery())());
  expect(logger.warn).toHaveBeenCalledWith(
    expect.objectContaining({ eventType: 'scan_completed' }),
    'spiderfoot webhook: no handler is registered for this event',
  );
});

it('serve() says what to pass if the app is not a request listener', async () => {
  const receiver = createReceiver({ secret });
  // As plain JavaScript may call it.
  const serving: unknown = Reflect.apply(serve, undefined, [{ callback() {} }, receiver, { port: 0 }]);
  await expect(serving).rejects.toThrow('app.callback()');
});
