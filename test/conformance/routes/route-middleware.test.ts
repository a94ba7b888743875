import { ConfigurationError, createReceiver, type Outcome, type Receiver } from '@spiderfoot-webhooks/core';
import type { VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { signedRequest } from '@spiderfoot-webhooks/core/testing';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { routeMounts } from '../../support/adapters/index.ts';
import { type Route, teapot } from '../../support/adapters/mount.ts';
import { bounded, soon } from '../../support/raw-client.ts';
import {
  bytesOf,
  connectTo,
  duplicate,
  rejection,
  resultOf,
  routedReceiver,
  secret,
  send,
  signed,
  startWith,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const routed = (status: number) => ({ status, body: { routed: status } });
const codes = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status));

/** A promise, and the function that resolves it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe.each(routeMounts)('webhookMiddleware in $name', (mount) => {
  const starting = startWith(mount);

  it('passes a verified event to the route, which sends the response', async () => {
    const passed: (VerifiedWebhook | undefined)[] = [];
    const { at, outcomes } = await starting({ endpoint: 'api' }, (event) => {
      passed.push(event);
      return 201;
    });
    const message = await webhook('scan.complete', { data: { target: 'exämple', ratio: Number.NaN } });
    expect(resultOf(await send(at, message))).toEqual(routed(201));
    expect(passed).toMatchObject([
      {
        event: { event_type: 'scan_completed', data: { target: 'exämple', ratio: null } },
        context: {
          endpoint: 'api',
          attempt: 1,
          ip: mount.name === 'hono off Node' ? undefined : '127.0.0.1',
          wire: { eventType: 'scan.complete', nonFinite: 1 },
        },
      },
    ]);
    expect(codes(outcomes)).toEqual(['processed']);
  });

  it.each([200, 201, 202, 299])('settles the delivery when the route returns %s', async (status) => {
    const route = vi.fn<Route>(() => status);
    const { at } = await starting({}, route);
    const message = await webhook();
    expect(resultOf(await send(at, message))).toEqual(routed(status));
    expect(resultOf(await send(at, message))).toEqual(duplicate);
    expect(route).toHaveBeenCalledOnce();
  });

  it.each([301, 400, 404, 409, 500, 503])('passes the retry to a route that returned %s', async (status) => {
    const statuses = [status, status, 200];
    const attempts: (number | undefined)[] = [];
    const { at, outcomes } = await starting({}, (passed) => {
      attempts.push(passed?.context.attempt);
      return statuses.shift() ?? 0;
    });
    const message = await webhook();
    expect(resultOf(await send(at, message))).toEqual(routed(status));
    expect(resultOf(await send(at, message))).toEqual(routed(status));
    expect(resultOf(await send(at, message))).toEqual(routed(200));
    expect(resultOf(await send(at, message))).toEqual(duplicate);
    expect(attempts).toEqual([1, 2, 3]);
    expect(codes(outcomes)).toEqual(['handler_failed', 'handler_failed', 'processed', 'duplicate']);
  });

  it.each<[string, () => Promise<number>]>([
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a bug'))],
  ])(
    "leaves the error of a route that %s to the app's error handler, and passes the retry to the route",
    async (_, fail) => {
      let calls = 0;
      const { at, outcomes } = await starting({}, () => (calls++ === 0 ? fail() : 200));
      const message = await webhook();
      expect(resultOf(await send(at, message))).toEqual(teapot);
      expect(resultOf(await send(at, message))).toEqual(routed(200));
      expect(codes(outcomes)).toEqual(['handler_failed', 'processed']);
    },
  );

  it('responds to an error in the receiver itself, and passes the retry to the route', async () => {
    const now = vi
      .fn(Date.now)
      .mockImplementationOnce(Date.now)
      .mockImplementationOnce(() => {
        throw new Error('no clock');
      });
    const { at } = await starting({ now, tolerance: 60 }, () => 200);
    const message = await webhook();
    expect(resultOf(await send(at, message))).toEqual(rejection('receiver_failed'));
    expect(resultOf(await send(at, message))).toEqual(routed(200));
  });

  it('responds to rejected and ignored deliveries without calling the route', async () => {
    const route = vi.fn<Route>(() => 200);
    const { at } = await starting({ events: ['finding'], maxBodySize: 1000 }, route);
    const message = await webhook('malware_detected');
    const unsigned = withHeader(message, 'x-spiderfoot-signature', undefined);
    expect(resultOf(await send(at, unsigned))).toEqual(rejection('missing_signature'));
    expect(resultOf(await send(at, { ...message, body: Buffer.from('{}') }))).toEqual(
      rejection('invalid_signature'),
    );
    expect(resultOf(await send(at, await signed('[]')))).toEqual(rejection('invalid_json'));
    expect(resultOf(await send(at, { ...message, body: Buffer.alloc(1001) }))).toEqual(
      rejection('body_too_large'),
    );
    expect(resultOf(await send(at, await webhook('scan_started')))).toMatchObject({
      status: 200,
      body: { status: 'ignored' },
    });
    expect(route).not.toHaveBeenCalled();
    expect(resultOf(await send(at, message))).toEqual(routed(200));
  });

  it('calls the route once for concurrent duplicates', async () => {
    const { opened, open } = gate();
    const route = vi.fn<Route>(() => opened.then(() => 200));
    const { at } = await starting({}, route);
    const message = await webhook();
    const answers = Array.from({ length: 6 }, () => send(at, message));
    setTimeout(open, 50);
    const all = (await Promise.all(answers)).map(resultOf);
    expect(all).toEqual(expect.arrayContaining([routed(200), duplicate]));
    expect(all.filter(({ body }) => JSON.stringify(body).includes('routed'))).toHaveLength(1);
    expect(route).toHaveBeenCalledOnce();
  });

  it('does not return 2xx for a retry while the first attempt, which fails, still runs', async () => {
    const { opened, open } = gate();
    const route = vi.fn<Route>(() => opened.then(() => 503));
    let arrived = 0;
    const consume = async () => {
      // The second delivery is counted before its body is read.
      if (++arrived === 2) setTimeout(open, 50);
    };
    const { at } = await starting({ rateLimiter: { consume } }, route);
    const message = await webhook();
    const answers = [send(at, message), send(at, message)];
    const all = (await Promise.all(answers)).map(resultOf);
    expect(all).toEqual(expect.arrayContaining([routed(503), rejection('handler_failed')]));
    expect(route).toHaveBeenCalledOnce();
  });

  it('waits in close() for a route that exceeds handlerTimeout at that time', async () => {
    const { opened, open } = gate();
    const entered = gate();
    const { at, receiver } = await starting({ handlerTimeout: 10 }, async () => {
      entered.open();
      await opened;
      return 200;
    });
    const answer = send(at, await webhook());
    await bounded(entered.opened, 'the route');
    const closing = receiver.close();
    expect(resultOf(await send(at, await webhook()))).toEqual(rejection('shutting_down'));
    setTimeout(open, 50);
    expect(resultOf(await answer)).toEqual(routed(200));
    await bounded(closing, 'close()');
  });

  it('keeps the connection open and responds in order', async () => {
    const { at } = await starting({}, (passed) => (passed?.event.event_type === 'scan_failed' ? 500 : 200));
    const client = await connectTo(at);
    const first = await webhook();
    const messages = [first, await webhook('scan_failed'), first, await webhook('scan_started')];
    await client.write(Buffer.concat(messages.map((message) => bytesOf(at, message))));
    for (const answer of [routed(200), routed(500), duplicate, routed(200)])
      expect(resultOf(await client.response())).toEqual(answer);
  });

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

describe.each(routeMounts)('a client of $name that disconnects before the response', (mount) => {
  it('settles the delivery of a disconnected client if the framework reports the end of the route, else retries it', async () => {
    const { opened, open } = gate();
    const entered = gate();
    const route = vi.fn<Route>(() => {
      entered.open();
      return opened.then(() => 200);
    });
    const { at, outcomes } = await startWith(mount)({}, route);
    const message = await webhook();
    const client = await connectTo(at);
    await client.write(bytesOf(at, message));
    await bounded(entered.opened, 'the route');
    client.reset();
    // Express and Fastify do not return the route's promise. Only the response shows that the route has ended, and the
    // client has disconnected.
    const isEndReported = !/^(?:express|fastify)/.test(mount.name);
    if (!isEndReported) await vi.waitFor(() => expect(codes(outcomes)).toEqual(['handler_failed']), soon);
    open();
    if (isEndReported) await vi.waitFor(() => expect(codes(outcomes)).toEqual(['processed']), soon);
    expect(resultOf(await send(at, message))).toEqual(isEndReported ? duplicate : routed(200));
    expect(route).toHaveBeenCalledTimes(isEndReported ? 1 : 2);
  });
});

describe.each(routeMounts)('a client of $name that resets its connection', (mount) => {
  it('accepts every request again whose response was still queued when the client reset the connection', async () => {
    const { opened, open } = gate();
    const entered = gate();
    let calls = 0;
    const { at, receiver } = await startWith(mount)({}, async () => {
      if (++calls > 1) return 200;
      entered.open();
      await opened;
      return 200;
    });
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    // An emitter warns about more than ten listeners.
    const messages = await Promise.all(Array.from({ length: 15 }, () => webhook()));
    const client = await connectTo(at);
    await client.write(Buffer.concat(messages.map((message) => bytesOf(at, message))));
    await bounded(entered.opened, 'the route');
    client.reset();
    const first = send(at, messages[0] ?? (await webhook()));
    await vi.waitFor(async () => {
      for (const message of messages.slice(1)) expect((await send(at, message)).status).toBe(200);
    }, soon);
    open();
    await first;
    await vi.waitFor(async () => {
      for (const message of messages) expect((await send(at, message)).status).toBe(200);
    }, soon);
    await bounded(receiver.close(), 'close()');
    expect(warnings).toEqual([]);
  });
});
