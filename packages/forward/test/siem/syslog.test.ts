import { once, setMaxListeners } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CefOptions, siem } from '../../src/siem/index.ts';
import { parseCef } from '../support/cef.ts';
import { makeCertificate } from '../support/certificate.ts';
import { received, withSignal } from '../support/events.ts';
import { startTcp, startUdp } from '../support/syslog.ts';

function start(endpoint: string, options: Partial<CefOptions> = {}) {
  const forward = siem({ format: 'cef', endpoint, retries: 1, baseDelay: 1, breaker: false, ...options });
  onTestFinished(() => forward.close());
  return forward;
}

const idOf = (message = '') => parseCef(message.slice(message.indexOf('CEF:'))).extension.externalId;

describe.each([
  ['UDP', () => startUdp()],
  ['UDP over IPv6', () => startUdp('::1')],
  ['TCP', () => startTcp()],
])('CEF over %s', (_name, startCollector) => {
  it('an event of every type arrives', async () => {
    const collector = await startCollector();
    const forward = start(collector.url, { hostname: 'scanner 1\n', facility: 4 });
    const all = await Promise.all(Object.keys(samples).map((type) => received(type)));
    for (const [i, { event, context }] of all.entries()) {
      await forward(event, context);
      await collector.received(i + 1);
    }
    expect(collector.messages.map(idOf)).toEqual(all.map(({ context }) => context.id));
    expect(collector.messages[0]).toMatch(
      /^<38>1 2024-01-01T12:00:00\.000Z scanner1 spiderfoot \d+ scan_started - CEF:0\|/,
    );
  });
});

describe('CEF over UDP', () => {
  it('cuts a message at 2048 bytes, or at maxSize', async () => {
    const collector = await startUdp();
    const { event, context } = await received('event.new', { data: { data: 'é'.repeat(9000) } });
    await start(collector.url)(event, context);
    await start(collector.url, { maxSize: 1024 })(event, context);
    await collector.received(2);
    const sizes = collector.messages.map((message) => Buffer.byteLength(message)).toSorted((a, b) => b - a);
    expect(sizes[0]).toBeGreaterThan(2040);
    expect(sizes[0]).toBeLessThanOrEqual(2048);
    expect(sizes[1]).toBeGreaterThan(1016);
    expect(sizes[1]).toBeLessThanOrEqual(1024);
  });

  it('fails the handler if the host name is unknown', async () => {
    const { event, context } = await received('scan_completed');
    await expect(start('udp://no-such-host.invalid')(event, context)).rejects.toMatchObject({
      code: 'connection',
      attempt: 2,
    });
  });
});

describe('CEF over TCP', () => {
  it('sends concurrent messages over one connection, each in one piece', async () => {
    const collector = await startTcp();
    const forward = start(collector.url);
    const data = { data: `line 1\nline 2 ${'ü'.repeat(3000)}` };
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) => received('event.new', { data: { ...data, i } })),
    );
    await Promise.all(all.map(({ event, context }) => forward(event, context)));
    await collector.received(50);
    expect(collector.messages.map(idOf).toSorted()).toEqual(all.map(({ context }) => context.id).toSorted());
    expect(collector.sockets).toHaveLength(1);
  });

  it.each([
    ['closed', 'end'],
    ['reset', 'resetAndDestroy'],
  ] as const)(
    'opens another connection after the collector has %s the connection',
    async (_name, disconnect) => {
      const collector = await startTcp(undefined, (socket) => {
        // The client must read this data before it can notice the end of the stream.
        socket.write('Welcome\n');
        return undefined;
      });
      const forward = start(collector.url);
      const { event, context } = await received('scan_completed');
      await forward(event, context);
      await collector.received(1);
      const [socket] = collector.sockets;
      if (socket === undefined) throw new Error('No client has connected.');
      const closed = once(socket, 'close');
      socket[disconnect]();
      await closed;
      // The client needs a few turns of the event loop to notice.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await forward(event, context);
      await collector.received(2);
      expect(collector.messages.map(idOf)).toEqual([context.id, context.id]);
      expect(collector.sockets).toHaveLength(2);
    },
  );

  it('an event is retried if the port is closed, and then fails the handler', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { event, context } = await received('scan_completed');
    const error: unknown = await start(`tcp://127.0.0.1:${port}`)(event, context).catch((error) => error);
    expect(error).toMatchObject({ name: 'ForwardError', code: 'connection', attempt: 2 });
    expect(String(error)).toContain(`siem (127.0.0.1:${port})`);
    expect(String(error)).toContain('ECONNREFUSED');
  });

  it('times out if the collector does not read, and opens another connection', async () => {
    const collector = await startTcp(undefined, (socket, count) => {
      if (count > 1) return undefined;
      socket.pause();
      return 'ignore';
    });
    const forward = start(collector.url, { timeout: 300, retries: 0, maxInFlight: 4000 });
    const { event, context } = await received('event.new', { data: { data: 'x'.repeat(4000) } });
    setMaxListeners(0, context.signal);
    // These 20 MB exceed the buffers of both sides.
    const flood = await Promise.allSettled(Array.from({ length: 4000 }, () => forward(event, context)));
    const failures = flood.flatMap((result) => (result.status === 'rejected' ? result.reason : []));
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.every(({ code }) => code === 'timeout' || code === 'connection')).toBe(true);
    await forward(event, context);
    await collector.received(1);
    expect(collector.sockets.length).toBeGreaterThan(1);
  });

  it('keeps the connection when a handler is aborted', async () => {
    const collector = await startTcp();
    const forward = start(collector.url);
    const { event, context } = await received('scan_completed');
    const handler = new AbortController();
    handler.abort();
    await expect(forward(event, withSignal(context, handler.signal))).rejects.toMatchObject({
      code: 'aborted',
    });
    await forward(event, context);
    await collector.received(1);
    expect(collector.sockets).toHaveLength(1);
  });

  it('close() ends the connection', async () => {
    const collector = await startTcp();
    const forward = siem({ format: 'cef', endpoint: collector.url });
    const { event, context } = await received('scan_completed');
    await forward(event, context);
    await collector.received(1);
    const [socket] = collector.sockets;
    if (socket === undefined) throw new Error('No client has connected.');
    const ended = once(socket, 'end');
    await forward.close();
    await ended;
    await expect(forward(event, context)).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('CEF over TLS', () => {
  const { key, cert } = makeCertificate();

  it('messages arrive with octet counting', async () => {
    const collector = await startTcp({ key, cert });
    const forward = start(collector.url, { tls: { ca: cert } });
    const { event, context } = await received('high_risk_event');
    await Promise.all([forward(event, context), forward(event, context)]);
    await collector.received(2);
    expect(collector.messages.map(idOf)).toEqual([context.id, context.id]);
    expect(collector.sockets).toHaveLength(1);
  });

  it('sends nothing to a collector with an untrusted certificate', async () => {
    const collector = await startTcp({ key, cert });
    const { event, context } = await received('high_risk_event');
    await expect(start(collector.url)(event, context)).rejects.toMatchObject({ code: 'connection' });
    expect(collector.messages).toEqual([]);
  });

  it('sends nothing to a collector with a certificate for another name', async () => {
    const collector = await startTcp({ key, cert });
    const { event, context } = await received('high_risk_event');
    const forward = start(collector.url, { tls: { ca: cert, servername: 'siem.example.com' } });
    await expect(forward(event, context)).rejects.toMatchObject({ code: 'connection' });
    expect(collector.messages).toEqual([]);
  });

  it('times out if the handshake does not end', async () => {
    const collector = await startTcp(undefined, () => 'ignore');
    const { event, context } = await received('scan_completed');
    const forward = start(collector.url.replace('tcp:', 'tls:'), { timeout: 100 });
    await expect(forward(event, context)).rejects.toMatchObject({ code: 'timeout', attempt: 2 });
    expect(collector.sockets).toHaveLength(2);
  });

  it('opens another connection after a reset', async () => {
    const collector = await startTcp({ key, cert });
    const forward = start(collector.url, { tls: { ca: cert } });
    const { event, context } = await received('scan_completed');
    await forward(event, context);
    await collector.received(1);
    collector.sockets[0]?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await forward(event, context);
    await collector.received(2);
  });
});
