import type { VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import { describe, expect, it, vi } from 'vitest';
import { routeMounts } from '../../support/adapters/index.ts';
import { type Route, teapot } from '../../support/adapters/mount.ts';
import { bounded } from '../../support/raw-client.ts';
import { codes, gate, routed } from '../../support/routes.ts';
import {
  bytesOf,
  connectTo,
  duplicate,
  rejection,
  resultOf,
  send,
  signed,
  startWith,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

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
});
