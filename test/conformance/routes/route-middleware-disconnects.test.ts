import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { routeMounts } from '../../support/adapters/index.ts';
import type { Route } from '../../support/adapters/mount.ts';
import { bounded, soon } from '../../support/raw-client.ts';
import { codes, gate, routed } from '../../support/routes.ts';
import { bytesOf, connectTo, duplicate, resultOf, send, startWith, webhook } from '../../support/webhooks.ts';

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
