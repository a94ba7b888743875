import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CountKey, DeliveryFilter } from '@spiderfoot-webhooks/core/stores';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore, type Store } from '../../src/index.ts';
import * as queueStatements from '../../src/queue/claim-sql.ts';
import { until } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

/** A file with some thousand deliveries, and every statement that a store prepares while it is used. */
describe('The plan of a statement', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-sqlite-'));
  const path = join(folder, 'webhooks.db');
  const prepared = new Set<string>();
  let store: Store;
  let explainer: Database.Database;

  beforeAll(async () => {
    await openStore(path).close();
    const db = new Database(path);
    db.exec(`
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 6000)
      INSERT INTO webhook_logs (timestamp, event_type, payload, processed, delivery_id, endpoint, state, received_at,
        due_at, scan_id, target)
      SELECT '2024-01-01T00:00:00', 'type_' || (n % 9), '{"word":"n' || n || '"}', 1, printf('%032x', n), 'e' || (n % 2),
        iif(n % 50, 'processed', iif(n % 100, 'queued', 'failed')), 1704067200000 + n * 1000,
        iif(n % 50 = 0 AND n % 100 <> 0, 0, NULL), 's' || (n % 500), 't' || (n % 700)
      FROM numbers;`);
    db.close();
    explainer = new Database(path);
    const { prepare } = Database.prototype;
    vi.spyOn(Database.prototype, 'prepare').mockImplementation(function spy(
      this: Database.Database,
      sql: string,
    ) {
      prepared.add(sql);
      return prepare.call(this, sql);
    });
    store = openStore(path, { pollInterval: 20, baseDelay: 1 });
  });

  afterAll(async () => {
    vi.restoreAllMocks();
    await store.close();
    explainer.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function planOf(sql: string): readonly string[] {
    const named = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name = '']) => [name, 1]));
    const positional = Array.from({ length: sql.split('?').length - 1 }, () => 1);
    const values = Object.keys(named).length > 0 ? [...positional, named] : positional;
    const plan = explainer.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
    return plan.map(({ detail }) => detail);
  }

  /** What is done by a scan, or by a sort of more than some few rows. */
  function faultsOf(sql: string): readonly string[] {
    // What runs is as much as the processes may do at once.
    // Receivers keep at most 1,000 requests for each endpoint.
    if (sql.includes('webhook_unauthenticated WHERE received_at <')) return [];
    const sortsFew = sql.includes("state = 'running' AND") && sql.includes('INDEXED BY webhook_logs_open');
    return planOf(sql).filter(
      (detail) =>
        /^SCAN (?!\(subquery|.*(?:INDEX|CONSTANT ROW))/.test(detail) ||
        (/TEMP B-TREE FOR ORDER BY/.test(detail) && !sortsFew),
    );
  }

  /** Return the prepared statements, each with the problems of its query plan. */
  async function faults(
    use: () => Promise<unknown>,
  ): Promise<readonly (readonly [string, readonly string[]])[]> {
    prepared.clear();
    await use();
    const statements = [...prepared].filter((sql) => /\b(?:SELECT|UPDATE|DELETE|INSERT)\b/.test(sql));
    return statements.map((sql) => [sql, faultsOf(sql)] as const).filter(([, wrong]) => wrong.length > 0);
  }

  const parts: readonly DeliveryFilter[] = [
    { eventType: 'type_1' },
    { endpoint: 'e1' },
    { state: 'processed' },
    { state: 'failed' },
    { scanId: 's1' },
    { target: 't1' },
    { since: new Date(1704067200000) },
    { until: new Date() },
  ];
  const filters = Array.from(
    { length: 2 ** parts.length },
    (_, mask): DeliveryFilter => Object.assign({}, ...parts.filter((_, bit) => mask & (1 << bit))),
  );

  it('a plan is reported if it scans the table', () => {
    expect(faultsOf('SELECT * FROM webhook_logs WHERE payload = ?')).toEqual(['SCAN webhook_logs']);
    expect(faultsOf('SELECT * FROM webhook_logs WHERE scan_id = ? ORDER BY payload')).toHaveLength(1);
  });

  it('the plan of a listing uses an index, for every combination of filters and every page', async () => {
    const wrong = await faults(async () => {
      for (const filter of filters) {
        for (const text of [undefined, 'n1']) {
          const options = { ...filter, limit: 1, ...(text !== undefined && { text }) };
          await store.list(options);
          await store.list({ ...options, cursor: '1704067300000.50' });
          await store.list({ ...options, cursor: '1704067300000.50', order: 'oldest' });
        }
      }
    });
    expect(prepared.size).toBeGreaterThan(filters.length);
    expect(wrong).toEqual([]);
  });

  it('the plan of an export and of get() uses an index', async () => {
    const wrong = await faults(async () => {
      for (const filter of filters) {
        for await (const chunk of store.export('jsonl', { ...filter, scanId: 's1' }))
          expect(chunk).not.toBe('');
      }
      await store.get('1');
      await store.get('0'.repeat(32), 'e1');
    });
    expect(wrong).toEqual([]);
    // Of one id there are as many as endpoints: those may be sorted.
    const [[, sorts] = ['', []]] = await faults(() => store.get('0'.repeat(32)));
    expect(sorts.filter((detail) => !detail.includes('TEMP B-TREE'))).toEqual([]);
  });

  it('the plan of a count reads only an index', async () => {
    const keys: readonly CountKey[] = ['state', 'eventType', 'endpoint', 'time'];
    prepared.clear();
    // Each filter alone, none, and all.
    const chosen = [{}, ...parts, filters.at(-1)].map((filter) => ({
      ...filter,
      scanId: undefined,
      target: undefined,
    }));
    for (const { scanId: _, target: _2, ...filter } of chosen) {
      for (let mask = 0; mask < 16; mask++)
        await store.counts({ ...filter, by: keys.filter((_, bit) => mask & (1 << bit)) });
    }
    const counts = [...prepared].filter((sql) => sql.includes('count(*)'));
    expect(counts.length).toBeGreaterThan(100);
    for (const sql of counts) expect(planOf(sql)[0]).toMatch(/USING COVERING INDEX webhook_logs_time/);
  });

  it('the plan of a slice has at most one bound on each side, because SQLite uses only one for the range of an index', async () => {
    prepared.clear();
    const other = openStore(path, { readOnly: true });
    const times = { since: new Date(1704067200000), until: new Date() };
    for (const order of ['newest', 'oldest'] as const) {
      await other.list({ ...times, eventType: 'type_1', endpoint: 'e1', cursor: '1704067300000.50', order });
    }
    await other.counts(times);
    await other.close();
    const slices = [...prepared].filter((sql) => sql.includes('received_at'));
    expect(slices.length).toBeGreaterThan(3);
    for (const sql of slices) {
      expect(sql.match(/received_at(?:, id\))? >/g)?.length ?? 0, sql).toBeLessThanOrEqual(1);
      expect(sql.match(/received_at(?:, id\))? </g)?.length ?? 0, sql).toBeLessThanOrEqual(1);
    }
  });

  it('the plan of the queue uses an index', async () => {
    const wrong = await faults(async () => {
      let failures = 0;
      const workers = store.start('e1', async ({ succeeded }) =>
        failures++ === 0
          ? { status: 'failed', succeeded, failures: [] }
          : { status: 'processed', succeeded, failures: [] },
      );
      const delivery = createStored({ endpoint: 'e1' });
      await store.enqueue(delivery);
      await store.enqueue(delivery);
      await until(async () => expect(await store.counts({ endpoint: 'e1', state: 'queued' })).toEqual([]));
      await until(async () => expect((await store.get(delivery.id, 'e1'))?.state).toBe('processed'));
      await workers.close();
    });
    expect([...prepared].some((sql) => sql.includes('min(due_at)'))).toBe(true);
    expect(wrong).toEqual([]);
  });

  it('the plan of the queue is kept for other values, because no column of an index is compared with a plain parameter', () => {
    const compared =
      /\b(?:endpoint|due_at|lease_until|received_at) (?:[<>]=?|=) [@?]\w*(?!\w| \+)|LIMIT [@?]/g;
    const wheres = Object.values(queueStatements).map((sql) => sql.slice(sql.indexOf('WHERE')));
    expect('endpoint = ? AND due_at > @now LIMIT @places'.match(compared)).toHaveLength(3);
    expect(wheres.flatMap((sql) => sql.match(compared) ?? [])).toEqual([]);
  });

  it('the plan of a query for running deliveries uses the index of leases', () => {
    const { addLeases, claimExpired, claimSuspect, deadLetterExpired, limitLeases } = queueStatements;
    for (const sql of [deadLetterExpired, claimExpired, claimSuspect])
      expect(planOf(sql).join(), sql).toContain('webhook_logs_leases (endpoint=? AND lease_until<?)');
    expect(planOf(addLeases).join()).toContain('webhook_logs_leases (endpoint=? AND lease_until=?)');
    expect(planOf(limitLeases).join()).toContain('webhook_logs_leases (endpoint=? AND lease_until>?)');
  });

  it('the plan of the log, of rejections and of searches uses an index', async () => {
    const wrong = await faults(async () => {
      const entry = { ...createStored(), attempt: 1, succeeded: [] };
      await store.record({ ...entry, state: 'received' });
      await store.record({ ...entry, state: 'processed' });
      store.recordRejection({
        code: 'invalid_signature',
        endpoint: 'e',
        receivedAt: new Date(),
        ip: undefined,
        request: { method: 'POST', headers: [], body: undefined, truncated: false },
        keep: 1,
      });
      await store.rejection('1');
      await store.list({ text: 'word' });
    });
    expect(wrong).toEqual([]);
  });

  it('the plan of replay() and prune() uses an index', async () => {
    const wrong = await faults(async () => {
      await store.replay('100');
      for (const filter of filters) await store.replay({ ...filter, scanId: 's1' });
      for (const { scanId: _, target: _2, ...filter } of filters)
        await store.replay({ ...filter, endpoint: 'none' });
      await store.replay({ text: 'n7', endpoint: 'none' });
      await store.prune({ before: new Date(1704067300000) });
      await store.prune({ keep: 5_000, states: ['dead', 'processed', 'failed'] });
      await store.prune({ keep: 4_900, before: new Date() });
    });
    expect(wrong).toEqual([]);
  });
});
