import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { at, listKeys, record } from '../support/log-entries.ts';
import { python } from '../support/processes.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';

describe('A replay', () => {
  it("selects one delivery or a filter's deliveries, but no queued or running ones", async () => {
    const path = temporaryPath();
    const store = open(path);
    await record(
      store,
      { state: 'processed' },
      { state: 'failed', error: 'down', succeeded: ['a'], failures: [{ handler: 'b', error: 'down' }] },
      { state: 'rejected', code: 'invalid_event', issues: [{ path: 'data', message: 'wrong' }] },
      { state: 'ignored' },
      { state: 'failed', target: 't' },
    );
    expect(await store.replay('1')).toBe(1);
    expect(await store.replay('1')).toBe(0);
    expect(await store.replay('99')).toBe(0);
    expect(await store.replay({ state: 'failed', target: 't' })).toBe(1);
    expect(await store.replay({ state: 'rejected' })).toBe(1);
    expect(await store.replay({})).toBe(2);
    expect(await store.replay({})).toBe(0);
    query(path, "UPDATE webhook_logs SET state = 'running' WHERE id = 1");
    expect(await store.replay({})).toBe(0);
    expect(await store.replay('1')).toBe(0);
    query(path, "UPDATE webhook_logs SET state = 'queued' WHERE id = 1");
    const columns =
      'state, processed, attempts, due_at, lease_owner, lease_until, error_message, code, issues, handlers';
    const queued = {
      state: 'queued',
      processed: 0,
      attempts: 0,
      due_at: 0,
      lease_owner: null,
      lease_until: null,
    };
    const nothing = { error_message: null, code: null, issues: null, handlers: null };
    expect(query(path, `SELECT ${columns} FROM webhook_logs ORDER BY id`)).toEqual([
      { ...queued, ...nothing },
      { ...queued, ...nothing, handlers: expect.stringContaining('"name":"a","succeeded":true') },
      { ...queued, ...nothing },
      { ...queued, ...nothing },
      { ...queued, ...nothing, handlers: expect.any(String) },
    ]);
  });

  it('leaves out received deliveries for the duration of a lease, unless their key is passed', async () => {
    const path = temporaryPath();
    const [store, other] = [open(path, { lease: 60_000 }), open(path)];
    // One that came just now, one that is tried again long after it came.
    const [, again] = await record(store, { state: 'received' }, { state: 'failed', receivedAt: at(0) });
    if (again !== undefined) await record(store, { ...again, state: 'received' });
    for (const any of [store, other]) {
      expect(await any.replay({})).toBe(0);
      expect(await any.replay({ state: 'received' })).toBe(0);
    }
    expect(await other.replay('1')).toBe(1);
    const { now } = Date;
    const spy = vi.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + 61_000);
    onTestFinished(() => spy.mockRestore());
    expect(await other.replay({})).toBe(1);
  });

  it('selects received deliveries that were never settled, after one lease', async () => {
    const store = open(temporaryPath(), { lease: 1 });
    await record(store, { state: 'received' });
    await until(async () => expect(await store.replay({ state: 'received' })).toBe(1));
  });

  it("selects no row of the guide's logger, because it has no endpoint", async () => {
    const path = temporaryPath();
    const store = open(path);
    python(
      "import sys\nfrom webhook_logger import WebhookLogger\nWebhookLogger(sys.argv[1]).log_webhook('a', None, {})",
      path,
    );
    expect(await listKeys(store)).toEqual([1]);
    expect(await store.replay({})).toBe(0);
    expect(await store.replay('1')).toBe(0);
  });

  it('replays each of many deliveries once, even while workers run them', async () => {
    const store = open(temporaryPath(), { pollInterval: 5, concurrency: 64 });
    await record(store, ...Array.from({ length: 1201 }, (_, n) => ({ receivedAt: at(n % 7) })));
    const runs = new Map<string, number>();
    store.start('default', async ({ id, succeeded }) => {
      runs.set(id, (runs.get(id) ?? 0) + 1);
      return { status: 'processed', succeeded, failures: [] };
    });
    expect(await store.replay({ eventType: 'scan_completed' })).toBe(1201);
    await until(async () => expect(await store.counts()).toEqual([{ state: 'processed', count: 1201 }]));
    expect([...runs.values()].every((count) => count === 1)).toBe(true);
    expect(runs.size).toBe(1201);
  });
});
