import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, createReceiver, type ReceiverOptions } from '../../src/index.ts';
import { memoryQueue } from '../../src/stores/index.ts';
import { signedRequest } from '../../src/testing/index.ts';
import { fetchHandler } from '../../src/web/index.ts';

const secret = 'wait-until-s3cret';

let serial = 0;
/** Create a signed request whose bytes differ from those of every other request. */
const createRequest = () =>
  signedRequest('scan_completed', { secret, data: { scan_id: `scan_${++serial}` } });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

/** Create an execution context that keeps the promises passed to waitUntil(). */
function createContext() {
  const promises: Promise<unknown>[] = [];
  return {
    waitUntil: (promise: Promise<unknown>) => void promises.push(promise),
    done: () => Promise.all(promises),
  };
}

/** Create a promise, and a function that resolves it. */
function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Return whether a promise settles within a turn of the event loop. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setTimeout(resolve, 0, 'waiting'));
  return (await Promise.race([promise, turn])) !== 'waiting';
}

function receiverWith(options: Partial<ReceiverOptions>) {
  const errors: unknown[] = [];
  const receiver = createReceiver({ secret, ...options }).onError((error) => void errors.push(error));
  return { receiver, errors };
}

describe('a delivery in memoryQueue()', () => {
  it.each([
    ['second', (context: object) => [context]],
    ['third', (context: object) => [{ SOME_BINDING: '1' }, context]],
  ] as const)('passes the delivery to waitUntil() of a context that is the %s argument', async (_, args) => {
    const gate = createGate();
    const { receiver } = receiverWith({ queue: memoryQueue() });
    receiver.onAny(() => gate.opened);
    const context = createContext();
    const response = await fetchHandler(receiver)(await createRequest(), ...args(context));
    expect(response.status).toBe(202);
    expect(await isSettled(context.done())).toBe(false);
    gate.open();
    await context.done();
  });

  it('waitUntil() keeps a delivery alive during its retries', async () => {
    const { receiver } = receiverWith({ queue: memoryQueue({ baseDelay: 1 }) });
    const attempts: number[] = [];
    receiver.onAny((_, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error('Not yet');
    });
    const context = createContext();
    await fetchHandler(receiver)(await createRequest(), context);
    await context.done();
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('waitUntil() ends after the last attempt of a delivery', async () => {
    const { receiver } = receiverWith({ queue: memoryQueue({ baseDelay: 1, maxAttempts: 2 }) });
    const handler = vi.fn().mockRejectedValue(new Error('down'));
    receiver.onAny(handler);
    const context = createContext();
    await fetchHandler(receiver)(await createRequest(), context);
    await context.done();
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('waitUntil() ends when the receiver closes before a retry', async () => {
    const { receiver } = receiverWith({ queue: memoryQueue({ baseDelay: 60_000 }) });
    const failed = createGate();
    receiver.onAny(() => {
      failed.open();
      throw new Error('down');
    });
    const context = createContext();
    await fetchHandler(receiver)(await createRequest(), context);
    await failed.opened;
    await receiver.close();
    await context.done();
  });

  it('the option waitUntil replaces the context of the platform', async () => {
    const { receiver } = receiverWith({ queue: memoryQueue() });
    const handler = vi.fn();
    receiver.onAny(handler);
    const passed = createContext();
    const unused = createContext();
    await fetchHandler(receiver, { waitUntil: passed.waitUntil })(await createRequest(), unused);
    await passed.done();
    expect(handler).toHaveBeenCalledOnce();
    expect(await isSettled(unused.done())).toBe(true);
  });
});

describe('an execution context without a queue', () => {
  it('waitUntil() keeps the handlers running if the sender disconnects', async () => {
    const gate = createGate();
    const { receiver } = receiverWith({});
    receiver.onAny(() => gate.opened);
    const context = createContext();
    const started = createGate();
    receiver.onAny(() => started.open());
    const response = fetchHandler(receiver)(await createRequest(), context);
    await started.opened;
    expect(await isSettled(context.done())).toBe(false);
    gate.open();
    await context.done();
    expect((await response).status).toBe(200);
  });

  it('waitUntil() keeps a handler running that has exceeded its timeout', async () => {
    const gate = createGate();
    const { receiver } = receiverWith({ handlerTimeout: 5 });
    receiver.onAny(() => gate.opened);
    const context = createContext();
    expect((await fetchHandler(receiver)(await createRequest(), context)).status).toBe(500);
    expect(await isSettled(context.done())).toBe(false);
    gate.open();
    await context.done();
  });

  it('waitUntil() keeps an asynchronous listener of onOutcome running', async () => {
    const gate = createGate();
    const { receiver } = receiverWith({});
    receiver.onOutcome(() => gate.opened);
    const context = createContext();
    await fetchHandler(receiver)(await createRequest(), context);
    expect(await isSettled(context.done())).toBe(false);
    gate.open();
    await context.done();
  });

  it('waitUntil() never receives a promise that rejects', async () => {
    const { receiver } = receiverWith({ handlerTimeout: 5 });
    receiver.onOutcome(() => Promise.reject(new Error('metrics are down')));
    receiver.onAny(() => new Promise((_, reject) => setTimeout(reject, 20, new Error('late failure'))));
    const context = createContext();
    await fetchHandler(receiver)(await createRequest(), context);
    await context.done();
  });
});

describe('memoryQueue() without an execution context', () => {
  const platforms: readonly (readonly [string, () => void])[] = [
    ['Cloudflare Workers', () => vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })],
    ['an edge runtime', () => vi.stubGlobal('EdgeRuntime', 'edge-runtime')],
    ['AWS Lambda', () => vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'webhooks')],
  ];

  it.each(platforms)(
    'rejects memoryQueue() on %s without a context before a delivery is accepted',
    async (_, simulate) => {
      simulate();
      const { receiver, errors } = receiverWith({ queue: memoryQueue() });
      const handler = vi.fn();
      receiver.onAny(handler);
      const response = await fetchHandler(receiver)(await createRequest());
      expect(await response.json()).toMatchObject({ code: 'receiver_failed' });
      expect(errors).toEqual([expect.objectContaining({ option: 'queue' })]);
      expect(errors[0]).toBeInstanceOf(ConfigurationError);
      expect(handler).not.toHaveBeenCalled();
    },
  );

  it.each(platforms)('accepts memoryQueue() on %s when a context is passed', async (_, simulate) => {
    simulate();
    const { receiver } = receiverWith({ queue: memoryQueue({ concurrency: 1 }) });
    const handler = vi.fn();
    receiver.onAny(handler);
    const context = createContext();
    const handle = fetchHandler(receiver);
    expect((await handle(await createRequest(), context)).status).toBe(202);
    expect((await handle(await createRequest(), context)).status).toBe(202);
    await context.done();
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('accepts memoryQueue() without a context if the process keeps running', async () => {
    const { receiver } = receiverWith({ queue: memoryQueue() });
    expect((await fetchHandler(receiver)(await createRequest())).status).toBe(202);
  });

  it('accepts a durable queue without a context', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    const { enqueue, start } = memoryQueue();
    const { receiver } = receiverWith({ queue: { enqueue, start } });
    expect((await fetchHandler(receiver)(await createRequest())).status).toBe(202);
  });
});
