import { renameSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createSender, expectAllIn, ports, receive, unavailable } from '../support/file-faults.ts';
import { startLocker, watchLoop } from '../support/locks.ts';
import { python, startPython } from '../support/processes.ts';
import { open, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored, createWebhook } from '../support/webhooks.ts';

describe.each(ports)('A store whose file is locked, as a %s', (port) => {
  it('waits for the lock of another process without blocking the event loop', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    await send();
    const other = await startLocker(path);
    await other.lock();
    const loop = watchLoop();
    let answered = 0;
    const sending = [1, 2, 3].map(() => send().finally(() => answered++));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(answered).toBe(0);
    expect((await store.list()).deliveries).toHaveLength(1);
    await other.unlock();
    for (const { status } of await Promise.all(sending)) expect(status).toBeLessThan(300);
    // A store that waited for the lock synchronously would block the event loop for at least 1200 ms.
    expect(loop.longest()).toBeLessThan(1000);
    expectAllIn(path, acknowledged);
  });

  it('rejects a delivery if another process holds its lock too long', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send, acknowledged } = createSender(receive(port, store));
    await send();
    const other = await startLocker(path);
    await other.lock();
    const loop = watchLoop();
    const kept = await createWebhook();
    expect(await Promise.all([send(kept), send()])).toEqual([unavailable, unavailable]);
    expect(loop.longest()).toBeLessThan(500);
    await other.unlock();
    expect((await send(kept)).status).toBeLessThan(300);
    expectAllIn(path, acknowledged);
  });

  it('does not block the event loop if the file that replaced its own is locked', async () => {
    const path = temporaryPath();
    const store = open(path);
    const { send } = createSender(receive(port, store));
    await send();
    const other = `${path}.other`;
    python("import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE t (x)')", other);
    const holder = startPython(
      `
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1], isolation_level=None)
conn.execute('BEGIN EXCLUSIVE')
print('locked')
sys.stdin.readline()
conn.execute('COMMIT')
print('freed')
sys.stdin.readline()
`,
      other,
    );
    await holder.waitForLine('locked');
    renameSync(other, path);
    const loop = watchLoop();
    expect(await send()).toEqual(unavailable);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(loop.longest()).toBeLessThan(1000);
    holder.writeLine('free');
    await holder.waitForLine('freed');
    expect(await send()).toEqual(unavailable);
  });
});

describe('A logger', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no log');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no log'))],
  ])('that %s does not end the process or the workers', async (_, error) => {
    const path = temporaryPath();
    const log = vi.fn(error);
    const store = open(path, { logger: { error: log }, maxAttempts: 1 });
    const other = await startLocker(path);
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    store.start('default', async ({ succeeded }) => {
      await finished;
      return { status: 'failed', succeeded, failures: [], error: 'down' };
    });
    const delivery = createStored();
    await store.enqueue(delivery);
    await other.lock();
    finish();
    await until(() => expect(log).toHaveBeenCalled());
    await other.unlock();
    await until(async () => expect((await store.get(delivery.id))?.state).toBe('dead'));
    expect(log).toHaveBeenLastCalledWith(expect.anything(), expect.stringContaining('dead letter'));
  });
});
