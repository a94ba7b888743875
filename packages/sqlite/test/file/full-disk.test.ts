import { join } from 'node:path';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/index.ts';
import { createSender, ports, receive, unavailable } from '../support/file-faults.ts';
import { smallDisk } from '../support/small-disk.ts';
import { query, until } from '../support/temporary-files.ts';
import { createWebhook, secret } from '../support/webhooks.ts';

describe.each(ports)('A store on a full disk, as a %s', (port) => {
  it('rejects deliveries on a full disk until there is space', async ({ skip }) => {
    const disk = smallDisk();
    if (disk === undefined)
      skip('this user may not mount a small disk; the crash tests limit the file in its place');
    const path = join(disk?.folder ?? '', 'webhooks.db');
    const store = openStore(path);
    const receiver = receive(port, store);
    const { send, acknowledged } = createSender(receiver);
    await send();
    disk?.fill();
    await until(async () => expect(await send()).toEqual(unavailable));
    const kept = await createWebhook();
    expect(await send(kept)).toEqual(unavailable);
    // Deliveries that share a commit are rejected too.
    expect(await Promise.all(Array.from({ length: 5 }, () => send()))).toEqual(Array(5).fill(unavailable));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect((await store.list()).deliveries.length).toBeGreaterThan(0);
    disk?.free();
    expect((await send(kept)).status).toBeLessThan(300);
    expect((await send()).status).toBeLessThan(300);
    await receiver.close();
    await store.close();
    const rows = query(path, 'SELECT delivery_id AS id FROM webhook_logs');
    expect(rows).toEqual(expect.arrayContaining(acknowledged.map(({ id }) => ({ id }))));
    expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });
});

describe('A queue on a full disk', () => {
  it('keeps the results of handlers in memory on a full disk, and writes them when the disk has space', async ({
    skip,
  }) => {
    const disk = smallDisk();
    if (disk === undefined) skip('this user may not mount a small disk');
    const path = join(disk?.folder ?? '', 'webhooks.db');
    const errors = vi.fn();
    const store = openStore(path, { logger: { error: errors } });
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const handler = vi.fn(() => finished);
    const receiver = createReceiver({ secret, queue: store }).onAny(handler);
    const { send } = createSender(receiver);
    const webhook = await createWebhook();
    await send(webhook);
    await until(() => expect(handler).toHaveBeenCalledOnce());
    disk?.fill();
    // The last page of the journal can have space for some more deliveries.
    await until(async () => expect(await send()).toEqual(unavailable));
    finish();
    await until(() => expect(errors).toHaveBeenCalled());
    expect((await store.get(webhook.id))?.state).toBe('running');
    disk?.free();
    await until(async () => expect((await store.get(webhook.id))?.state).toBe('processed'));
    await receiver.close();
    await store.close();
    expect(errors).toHaveBeenCalledWith(
      expect.objectContaining({ path, err: expect.any(Error) }),
      expect.any(String),
    );
  });
});
