import { renameSync } from 'node:fs';
import type { Receiver, RejectionCode } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/index.ts';
import { receive } from '../support/receivers.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';

describe('An unauthenticated delivery', () => {
  const forge = (receiver: Receiver, n: number) =>
    signedDelivery('scan_completed', { secret: 'another', data: { n } }, `192.0.2.${n}`).then(
      receiver.receive,
    );

  it('is counted, and its content is not stored', async () => {
    const path = temporaryPath();
    const store = open(path);
    const [a, b] = [receive(store, { endpoint: 'a' }), receive(store, { endpoint: 'b' })];
    for (let n = 0; n < 5; n++) await forge(a, n);
    await forge(b, 1);
    await a.receive({
      method: 'GET',
      peer: undefined,
      header: () => undefined,
      readBody: async () => Buffer.alloc(0),
    });
    const count = (endpoint: string, code: RejectionCode, count: number) => ({
      hour: expect.any(Date),
      endpoint,
      code,
      count,
    });
    expect(await store.rejections()).toEqual({
      counts: [
        count('a', 'invalid_signature', 5),
        count('a', 'method_not_allowed', 1),
        count('b', 'invalid_signature', 1),
      ],
      latest: [],
    });
    await forge(a, 6);
    expect((await store.rejections()).counts[0]).toMatchObject({ count: 6 });
    expect((await store.list()).deliveries).toEqual([]);
  });

  it('is counted even if the first write fails', async () => {
    const path = temporaryPath();
    const errors = vi.fn();
    const store = open(path, { logger: { error: errors } });
    const receiver = receive(store, { keepRejected: 2 });
    for (const n of [1, 2]) await forge(receiver, n);
    renameSync(path, `${path}.away`);
    await expect(store.rejections()).rejects.toThrow('is missing or empty');
    expect(errors).toHaveBeenCalled();
    await forge(receiver, 3);
    renameSync(`${path}.away`, path);
    // No call triggers the write.
    await until(() => {
      expect(query(path, 'SELECT code, count FROM webhook_rejections')).toEqual([
        { code: 'invalid_signature', count: 3 },
      ]);
    });
    const { counts, latest } = await store.rejections();
    expect(counts).toMatchObject([{ count: 3 }]);
    expect(latest.map(({ ip }) => ip)).toEqual(['192.0.2.3', '192.0.2.2']);
  });

  it('is deleted by prune() and by retention', async () => {
    const path = temporaryPath();
    const store = open(path);
    const at = (time: string) =>
      store.recordRejection({
        ...{ code: 'invalid_signature', endpoint: 'e', ip: '192.0.2.1' },
        receivedAt: new Date(`2024-01-01T${time}Z`),
        request: { method: 'POST', headers: [], body: undefined, truncated: false },
        keep: 10,
      });
    for (const time of ['12:10:00', '12:50:00', '13:10:00']) at(time);
    expect((await store.rejections()).counts).toMatchObject([{ count: 1 }, { count: 2 }]);
    // Counts are deleted by the hour, listed rejections by their own time.
    expect(await store.prune({ before: new Date('2024-01-01T12:30:00Z') })).toBe(0);
    const { counts, latest } = await store.rejections();
    expect(counts).toMatchObject([{ count: 1 }, { count: 2 }]);
    expect(latest).toHaveLength(2);
    await store.prune({ before: new Date('2024-01-01T13:00:00Z') });
    expect((await store.rejections()).counts).toMatchObject([{ count: 1 }]);
    expect((await store.rejections()).latest).toHaveLength(1);
    const other = open(path, { retention: { maxAge: 3_600_000, every: 10 } });
    await until(async () => expect(await other.rejections()).toEqual({ counts: [], latest: [] }));
  });

  it('is counted by the hour', async () => {
    const store = open(temporaryPath());
    const rejection = { code: 'invalid_signature', endpoint: 'e', ip: undefined } as const;
    for (const time of ['2024-01-01T12:00:00Z', '2024-01-01T12:59:59.999Z', '2024-01-01T13:00:00Z']) {
      store.recordRejection({ ...rejection, receivedAt: new Date(time) });
    }
    const { counts } = await store.rejections();
    expect(counts.map(({ hour, count }) => [hour.toISOString(), count])).toEqual([
      ['2024-01-01T13:00:00.000Z', 1],
      ['2024-01-01T12:00:00.000Z', 2],
    ]);
  });

  it('is listed if the receiver has keepRejected, up to that number', async () => {
    const path = temporaryPath();
    const store = open(path);
    const receiver = receive(store, { keepRejected: 3 });
    for (let n = 0; n < 10; n++) await forge(receiver, n);
    const ips = async () => (await store.rejections()).latest.map(({ ip }) => ip);
    expect(await ips()).toEqual(['192.0.2.9', '192.0.2.8', '192.0.2.7']);
    await forge(receiver, 20);
    expect(await ips()).toEqual(['192.0.2.20', '192.0.2.9', '192.0.2.8']);
    expect(query(path, 'SELECT count(*) AS count FROM webhook_unauthenticated')).toEqual([{ count: 3 }]);
  });

  it('is written within a second, and when the store is closed', async () => {
    const path = temporaryPath();
    const store = openStore(path);
    const count = () => query(path, 'SELECT sum(count) AS count FROM webhook_rejections');
    await forge(receive(store), 1);
    await until(() => expect(count()).toEqual([{ count: 1 }]));
    await forge(receive(store), 2);
    await store.close();
    expect(count()).toEqual([{ count: 2 }]);
  });
});
