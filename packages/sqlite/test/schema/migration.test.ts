import { describe, expect, it } from 'vitest';
import { FileInUseError, openStore } from '../../src/index.ts';
import { guideRows, guideSelect, versionOf } from '../support/guide-file.ts';
import { downgrade, openDatabase } from '../support/older-file.ts';
import { python } from '../support/processes.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

describe('A file of version 1', () => {
  it('is migrated in place, and failed attempts count as failures', async () => {
    const path = temporaryPath();
    await openStore(path).close();
    downgrade(path, 1);
    for (const [state, attempts] of Object.entries({ queued: 3, running: 3, dead: 10, processed: 2 })) {
      query(
        path,
        `INSERT INTO webhook_logs (timestamp, event_type, payload, delivery_id, endpoint, state, attempts, received_at)
         VALUES ('2024-01-01T12:00:00', 'a', '{}', ?, 'default', ?, ?, 1)`,
        ...[state, state, attempts],
      );
    }
    const before = query(path, guideSelect);
    const store = open(path);
    expect(versionOf(path)).toEqual({ user_version: 7 });
    expect(query(path, guideSelect)).toEqual(before);
    const { deliveries } = await store.list();
    expect(deliveries.map(({ id, attempts, failures }) => [id, attempts, failures])).toEqual([
      ['processed', 2, 0],
      ['dead', 10, 10],
      ['running', 3, 2],
      ['queued', 3, 3],
    ]);
    expect(query(path, 'SELECT length(id) AS length FROM webhook_file')).toEqual([{ length: 32 }]);
    await store.close();
    // The file keeps its id, by which a process that has it open recognizes it.
    const id = query(path, 'SELECT id FROM webhook_file');
    await openStore(path).close();
    expect(query(path, 'SELECT id FROM webhook_file')).toEqual(id);
  });
});

describe('A file of version 3', () => {
  /** A file with one row, whose columns `next_attempt` and `lease` have the values that version 3 wrote. */
  async function fileWith(state: string, nextAttempt: number | null, lease: string | null) {
    const path = temporaryPath();
    const store = openStore(path);
    const delivery = createStored();
    await store.enqueue(delivery);
    await store.close();
    downgrade(path, 3);
    query(path, 'UPDATE webhook_logs SET state = ?, next_attempt = ?, lease = ?', state, nextAttempt, lease);
    return { path, id: delivery.id };
  }

  const columns = 'due_at, requested_wait, lease_owner, lease_until, lease_duration';
  const none = { requested_wait: null, lease_owner: null, lease_until: null, lease_duration: null };

  it.each([
    ['queued', 5000, null, { ...none, due_at: 5000 }],
    ['queued', 5000, '600000', { ...none, due_at: 5000, requested_wait: 600_000 }],
    [
      'running',
      5000,
      '30000-6f1e',
      { ...none, due_at: null, lease_owner: '30000-6f1e', lease_until: 5000, lease_duration: 30_000 },
    ],
    [
      'received',
      null,
      '35000 5000 boot/pid:[1] 77 12 store',
      {
        ...{ due_at: null, requested_wait: null, lease_owner: 'boot/pid:[1] 77 12 store' },
        ...{ lease_until: 35_000, lease_duration: 30_000 },
      },
    ],
    ['received', null, null, { ...none, due_at: null }],
    ['processed', null, null, { ...none, due_at: null }],
  ])(
    'gets separate columns for its lease and its due time: %s, %s, %s',
    async (state, nextAttempt, lease, cells) => {
      const { path } = await fileWith(state, nextAttempt, lease);
      await openStore(path).close();
      expect(versionOf(path)).toEqual({ user_version: 7 });
      expect(query(path, `SELECT ${columns} FROM webhook_logs`)).toEqual([cells]);
    },
  );

  it('keeps its counts of rejections, and its running delivery is claimed after the lease expires', async () => {
    const { path, id } = await fileWith('running', 5000, '30000-6f1e');
    query(path, "INSERT INTO webhook_refusals VALUES (1, 'default', 'invalid_signature', 7)");
    const store = open(path);
    expect((await store.rejections()).counts).toMatchObject([{ code: 'invalid_signature', count: 7 }]);
    store.start('default', async () => ({ status: 'processed', succeeded: [], failures: [] }));
    await until(async () => expect(await store.get(id)).toMatchObject({ state: 'processed', failures: 1 }));
  });

  it("accepts rows of the guide's logger as before", async () => {
    const { path } = await fileWith('queued', 0, null);
    python(guideRows, path);
    expect((await open(path).list()).deliveries).toHaveLength(6);
    python(guideRows, path);
  });
});

describe('A file of version 4', () => {
  it('keeps its rejections, without requests, and gets the requests of later rejections', async () => {
    const path = temporaryPath();
    await openStore(path).close();
    downgrade(path, 4);
    query(
      path,
      "INSERT INTO webhook_unauthenticated VALUES (7, 1, 'default', 'invalid_signature', '192.0.2.1')",
    );
    const store = open(path);
    const earlier = { key: '7', receivedAt: new Date(1), endpoint: 'default', code: 'invalid_signature' };
    expect((await store.rejections()).latest).toEqual([{ ...earlier, ip: '192.0.2.1' }]);
    expect(await store.rejection('7')).toEqual({ ...earlier, ip: '192.0.2.1', request: undefined });
    const request = { method: 'POST', headers: [], body: undefined, truncated: false };
    store.recordRejection({
      ...{ code: 'invalid_signature', endpoint: 'default', ip: undefined, receivedAt: new Date() },
      ...{ request, keep: 2 },
    });
    expect((await store.rejections()).latest.map(({ key }) => key)).toEqual(['8', '7']);
    expect(await store.rejection('8')).toMatchObject({ request });
  });
});

describe('A file that another connection has open', () => {
  it.each([1, 2, 3, 4, 5, 6] as const)(
    'of version %i is not migrated with mustExist until the connection is closed',
    async (version) => {
      const path = temporaryPath();
      await openStore(path).close();
      downgrade(path, version);
      const other = openDatabase(path);
      expect(() => openStore(path, { mustExist: true })).toThrow(FileInUseError);
      expect(other.version()).toBe(version);
      other.close();
      await openStore(path, { mustExist: true }).close();
      expect(query(path, 'PRAGMA user_version')).toEqual([{ user_version: 7 }]);
    },
  );

  it('of version 3 is migrated without mustExist, as a receiver opens it', async () => {
    const path = temporaryPath();
    await openStore(path).close();
    downgrade(path, 3);
    const other = openDatabase(path);
    await openStore(path).close();
    expect(other.version()).toBe(7);
    other.close();
  });
});
