import { connect, type Socket } from 'node:net';
import { type DeliveryStore, MissingCapabilityError } from '@spiderfoot-webhooks/core/stores';
import { createInspector } from '@spiderfoot-webhooks/inspector';
import type { Store } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { recordEntry } from '../support/record-entry.ts';
import { openTestStore, type Served, serveInspector } from '../support/serve.ts';

interface Stream {
  readonly socket: Socket;
  /** All text that has arrived. */
  readonly text: () => string;
}

/** Request the event stream on a socket of its own. */
function openStream({ port }: Served, path = '/live', method = 'GET'): Stream {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => {});
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  onTestFinished(() => {
    socket.destroy();
  });
  return { socket, text: () => text };
}

/** The time limit is for a busy machine. */
const until = <Value>(read: () => Value) => expect.poll(read, { timeout: 15_000 });

const statusOf = ({ text }: Stream) => Number(/^HTTP\/1\.1 (\d+)/.exec(text())?.[1]);

/** A store whose calls of `list` are counted, and of which methods are replaced. */
function watched(store: Store, methods: Partial<DeliveryStore> = {}) {
  const calls = { list: 0 };
  const list: Store['list'] = (options) => {
    calls.list++;
    return store.list(options);
  };
  return { calls, store: Object.assign(Object.create(store), { list, ...methods }) };
}

describe('the event stream', () => {
  it('32 of 40 clients get a stream, the others 503 with a sentence', async () => {
    const served = await serveInspector(openTestStore());
    const streams = Array.from({ length: 40 }, () => openStream(served));
    await until(() => streams.filter((stream) => statusOf(stream) > 0).length).toBe(40);
    const refused = streams.filter((stream) => statusOf(stream) === 503);
    expect(refused).toHaveLength(8);
    expect(refused[0]?.text()).toMatch(/retry-after: 30.*32 pages already receive live updates\./is);
  });

  it('a client that disconnects, or sends HEAD, keeps no stream', async () => {
    const served = await serveInspector(openTestStore());
    const heads = Array.from({ length: 40 }, () => openStream(served, '/live', 'HEAD'));
    await until(() => heads.filter((stream) => statusOf(stream) === 200).length).toBe(40);
    const streams = Array.from({ length: 32 }, () => openStream(served));
    await until(() => streams.filter((stream) => statusOf(stream) === 200).length).toBe(32);
    for (const { socket } of streams) socket.destroy();
    await expect
      .poll(async () => {
        const response = await served.get('/live');
        await response.body?.cancel();
        return response.status;
      })
      .toBe(200);
  });

  it('authentication precedes it', async () => {
    const { store, calls } = watched(openTestStore());
    const served = await serveInspector(store, { auth: { user: 'ops', password: 'pass' } });
    const stranger = openStream(served);
    await until(() => statusOf(stranger)).toBe(401);
    expect(calls.list).toBe(0);
  });

  it('an invalid filter is answered with 400', async () => {
    const { get } = await serveInspector(openTestStore());
    expect((await get('/live?since=yesterday')).status).toBe(400);
    expect((await get('/live?state=none')).status).toBe(400);
  });

  it('clients of one list share its queries', async () => {
    const { store, calls } = watched(openTestStore());
    const served = await serveInspector(store);
    const streams = Array.from({ length: 20 }, () => openStream(served));
    await until(() => streams.every(({ text }) => text().includes('event: overview'))).toBe(true);
    expect(calls.list).toBeLessThan(20);
  });

  it('sends the rows that the page may have missed, and each change once', async () => {
    const store = openTestStore();
    await recordEntry(store, { target: 'first.example' });
    const stream = openStream(await serveInspector(store));
    await until(() => stream.text()).toContain('first.example');
    await recordEntry(store, { target: 'second.example' });
    await until(() => stream.text()).toContain('second.example');
    expect(stream.text().match(/"keys":\["1"\]/g)).toHaveLength(1);
    await store.replay('1');
    await until(() => stream.text().match(/"keys":\["1"\]/g)?.length).toBe(2);
  });

  it('continues when a store that fails works again', async () => {
    const real = openTestStore();
    let isDown = true;
    const { store } = watched(real, {
      health: () => (isDown ? Promise.reject(new Error('disk I/O error')) : real.health()),
      list: (options) => (isDown ? Promise.reject(new Error('disk I/O error')) : real.list(options)),
    });
    const stream = openStream(await serveInspector(store));
    await until(() => stream.text()).toContain('event: health\ndata: {"ready":false}');
    await recordEntry(real, { target: 'back.example' });
    isDown = false;
    await until(() => stream.text()).toContain('back.example');
    expect(stream.text()).not.toContain('disk I/O');
  });

  it('ends with close(), also while the store hangs', async () => {
    const { store } = watched(openTestStore(), { list: () => new Promise(() => {}) });
    const inspector = createInspector(store, { auth: () => true });
    const response = await inspector(new Request('http://localhost/live'));
    inspector.close();
    expect(await response.text()).toBe('');
  });

  it('the store is not read when the last client is gone', async () => {
    const { store, calls } = watched(openTestStore());
    const inspector = createInspector(store, { auth: () => true });
    const response = await inspector(new Request('http://localhost/live'));
    await until(() => calls.list).toBeGreaterThan(0);
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const before = calls.list;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(calls.list).toBe(before);
  });

  it('keeps one state for a client that does not read', async () => {
    const store = openTestStore();
    const { store: counted, calls } = watched(store);
    const inspector = createInspector(counted, { auth: () => true });
    onTestFinished(() => inspector.close());
    const { body } = await inspector(new Request('http://localhost/live'));
    for (let poll = 0; poll < 3; poll++) {
      await recordEntry(store, { target: `target-${poll}.example` });
      const before = calls.list;
      await until(() => calls.list).toBeGreaterThan(before + 1);
    }
    const reader = body?.getReader();
    const texts = [];
    for (let part = 0; part < 2; part++) {
      texts.push(new TextDecoder().decode((await reader?.read())?.value));
    }
    expect(texts.join('')).toContain('target-2.example');
  });

  it('works on a store without health', async () => {
    const lacks = () => Promise.reject(new MissingCapabilityError('health', 'Use another store.'));
    const { store } = watched(openTestStore(), { capabilities: new Set(['list', 'get']), health: lacks });
    const stream = openStream(await serveInspector(store));
    await until(() => stream.text()).toContain('event: overview');
    expect(stream.text()).not.toContain('event: health');
  });
});
