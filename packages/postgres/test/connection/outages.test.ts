import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startPostgres } from '../../../../test/support/servers/postgres.ts';
import type { Store } from '../../src/index.ts';
import { describeWithPostgres, openTestStore } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

/** Milliseconds to wait for the store on a busy machine. */
const limit = 60_000;

async function start() {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  return server;
}

/** Enqueue new deliveries one after another until stopped. @returns those that were accepted */
function sendTo(store: Store) {
  const accepted: string[] = [];
  let isOver = false;
  const loops = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const delivery = createStored();
      try {
        await store.enqueue(delivery);
        accepted.push(delivery.id);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  });
  return {
    accepted,
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

async function idsIn(store: Store): Promise<ReadonlySet<string | undefined>> {
  const ids = new Set<string | undefined>();
  let cursor: string | undefined;
  do {
    const page = await store.list({ limit: 1000, cursor });
    for (const { id } of page.deliveries) ids.add(id);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

describeWithPostgres('A PostgreSQL store without its server', () => {
  it('rejects while no server listens, and works as soon as one does', async () => {
    const server = await start();
    await server.kill();
    const store = openTestStore(server.connectionString);
    await expect(store.ready()).rejects.toMatchObject({
      name: 'StoreError',
      cause: { code: 'ECONNREFUSED' },
    });
    await expect(store.enqueue(createStored())).rejects.toMatchObject({ name: 'StoreError' });
    expect(await store.health()).toMatchObject({ ready: false });
    await server.restart();
    await store.ready();
    expect(await store.enqueue(createStored())).toBe('accepted');
  });

  it('rejects after the patience if the address never answers, and at once after that', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const store = openTestStore(`postgres://postgres@127.0.0.1:${port}/postgres`, { patience: 300 });
    const setTimer = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => setTimer.mockRestore());
    await expect(store.enqueue(createStored())).rejects.toMatchObject({ name: 'StoreError' });
    const waits = () => setTimer.mock.calls.filter(([, delay]) => delay === 300).length;
    const before = waits();
    expect(before).toBeGreaterThan(0);
    await Promise.all(
      Array.from({ length: 50 }, () => expect(store.enqueue(createStored())).rejects.toThrow('PostgreSQL')),
    );
    // A check in the background may have begun. None of the 50 deliveries has waited.
    expect(waits() - before).toBeLessThan(10);
  });

  it('rejects if the server accepts a connection and announces its end in the same packet', async () => {
    const message = (type: string, content: Buffer) => {
      const head = Buffer.alloc(5);
      head.write(type);
      head.writeUInt32BE(content.length + 4, 1);
      return Buffer.concat([head, content]);
    };
    const packet = Buffer.concat([
      message('R', Buffer.alloc(4)), // authentication is complete
      message('Z', Buffer.from('I')), // ready for a statement
      message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0')),
    ]);
    const dying = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(packet));
    }).listen(0, '127.0.0.1');
    await once(dying, 'listening');
    onTestFinished(() => void dying.close());
    const address = dying.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const store = openTestStore(`postgres://postgres@127.0.0.1:${port}/postgres`, { patience: 1000 });
    // An error event without a listener would fail the test run.
    await expect(store.enqueue(createStored())).rejects.toMatchObject({ name: 'StoreError' });
  });

  it('rejects while the server is stopped with SIGSTOP, at once after the first, and continues after it', {
    timeout: 3 * limit,
  }, async () => {
    const server = await start();
    const store = openTestStore(server.connectionString, { patience: 500 });
    const handled = new Set<string>();
    store.start('default', async ({ id }) => {
      handled.add(id);
      return { status: 'processed', succeeded: [], failures: [] };
    });
    const sender = sendTo(store);
    await vi.waitFor(() => expect(sender.accepted.length).toBeGreaterThan(50), limit);
    await server.pause();
    await vi.waitFor(() => expect(store.enqueue(createStored())).rejects.toThrow('PostgreSQL'), limit);
    expect(await store.health()).toMatchObject({ ready: false });
    const paused = sender.accepted.length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(sender.accepted.length).toBe(paused);
    await server.resume();
    await vi.waitFor(() => expect(sender.accepted.length).toBeGreaterThan(paused + 50), limit);
    await sender.stop();
    await vi.waitFor(() => expect(sender.accepted.filter((id) => !handled.has(id))).toEqual([]), limit);
  });

  it('loses no acknowledged delivery if the server is killed three times, and runs all of them', {
    timeout: 3 * limit,
  }, async () => {
    const server = await start();
    const store = openTestStore(server.connectionString, { patience: 1000, baseDelay: 1 });
    const handled = new Set<string>();
    store.start('default', async ({ id }) => {
      handled.add(id);
      return { status: 'processed', succeeded: [], failures: [] };
    });
    const sender = sendTo(store);
    for (let round = 1; round <= 3; round++) {
      const before = sender.accepted.length;
      await vi.waitFor(() => expect(sender.accepted.length).toBeGreaterThan(before + 100), limit);
      await server.kill();
      await server.restart();
    }
    const before = sender.accepted.length;
    await vi.waitFor(() => expect(sender.accepted.length).toBeGreaterThan(before + 100), limit);
    await sender.stop();
    const stored = await idsIn(store);
    expect(sender.accepted.filter((id) => !stored.has(id))).toEqual([]);
    await vi.waitFor(() => expect(sender.accepted.filter((id) => !handled.has(id))).toEqual([]), limit);
  });

  it('can be closed while the server is stopped with SIGSTOP', async () => {
    const server = await start();
    const store = openTestStore(server.connectionString, { patience: 300, closeTimeout: 100 });
    await store.ready();
    store.start('default', () => new Promise(() => {}));
    await vi.waitFor(() => store.enqueue(createStored()), limit);
    await server.pause();
    await store.close(); // The test would not end otherwise.
    await server.resume();
  });
});
