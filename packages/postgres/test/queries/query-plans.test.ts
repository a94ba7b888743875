import { type DeliveryFilter, readCountOptions } from '@spiderfoot-webhooks/core/stores';
import pg from 'pg';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Query } from '../../src/connection/clients.ts';
import { openStore } from '../../src/index.ts';
import { find, replace } from '../../src/log/record-entries.ts';
import { createRunner } from '../../src/log/runner.ts';
import { positionAfter, remove } from '../../src/operations/prune.ts';
import { queueAgain as replay } from '../../src/operations/replay.ts';
import { countQuery } from '../../src/queries/counts.ts';
import { findQueries } from '../../src/queries/delivery-pages.ts';
import { healthSql } from '../../src/queries/health.ts';
import {
  frequentWordsQuery,
  positionQuery,
  rareWordsQuery,
  type Selection,
  selectionQuery,
} from '../../src/queries/selection.ts';
import { queueAgain } from '../../src/queue/arrivals.ts';
import { bury, claim, correct, extend, release } from '../../src/queue/claim-sql.ts';
import { type Settled, settleQuery } from '../../src/queue/settlements.ts';
import { columns } from '../../src/rows/columns.ts';
import { insertQuery } from '../../src/rows/insert-deliveries.ts';
import { addWords, advance, notIndexed } from '../../src/search/search-index.ts';
import { describeWithPostgres, useServer } from '../support/database.ts';
import { createStored } from '../support/deliveries.ts';

const database = useServer();
const prefix = '"plans".';
const replayed = { ids: ['1', '2'], filter: { state: 'dead' }, also: [], dueAt: new Date() } as const;

/**
 * 100,000 deliveries: most are processed. Each scan has 20 deliveries, each target 10, and one word is in 100 bodies.
 */
const fill = `
  INSERT INTO "plans".deliveries (delivery_id, endpoint, received_at, state, attempts, due_at, lease_owner, lease_until,
    lease_duration, event_type, scan_id, target, body)
  SELECT md5(n::text), 'default', timestamptz '2024-01-01' + n * interval '1 s', state, 1,
    CASE WHEN state = 'queued' THEN now() + (n % 7 - 3) * interval '1 min' END,
    CASE WHEN state = 'running' THEN 'other' END,
    CASE WHEN state = 'running' THEN now() + (n % 7 - 3) * interval '1 min' END,
    CASE WHEN state = 'running' THEN 30000 END,
    CASE WHEN n % 1000 = 0 THEN 'rare' ELSE 'usual' END, 'scan-' || n / 20, 'target-' || n / 10, decode(repeat(md5(n::text), 20), 'hex')
  FROM (
    SELECT n, CASE WHEN n % 500 = 0 THEN 'dead' WHEN n % 500 = 1 THEN 'queued' WHEN n % 500 = 2 THEN 'running'
      WHEN n % 500 = 3 THEN 'received' ELSE 'processed' END AS state
    FROM generate_series(1, 100000) AS n
  ) AS numbers;
  INSERT INTO "plans".search_words (delivery, words)
  SELECT id, (CASE WHEN id % 1000 = 0 THEN '''needle'':1 ' ELSE '' END || '''hay'':2')::tsvector FROM "plans".deliveries;
  UPDATE "plans".search_progress SET indexed_to = 100000;
  VACUUM ANALYZE "plans".deliveries, "plans".search_words`;

/** Return the plan of a statement, and undo its changes. */
async function planOf({ text, values = [] }: Query): Promise<string> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query(`EXPLAIN ${text}`, [...values]);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    await client.end();
  }
}

/** Select a page of deliveries that begins in the middle of the table. */
const select = (filter: DeliveryFilter): Selection => {
  const from = { receivedAt: Date.parse('2024-01-02T00:00:00Z'), id: '50000' };
  return { filter, columns, from, limit: 50 };
};
const list = (filter: DeliveryFilter): Query => selectionQuery(prefix, select(filter));
const listOldest = (filter: DeliveryFilter): Query =>
  selectionQuery(prefix, { ...select(filter), order: 'oldest' });

const runner = createRunner();
const settled: Settled = {
  ...{ key: '7', owner: 'me', attempt: 1, now: 0 },
  settlement: {
    ...{ state: 'processed', failures: 0, dueAt: undefined, requestedWait: undefined, error: undefined },
    ...{ handlers: undefined, code: undefined, issues: undefined, event: undefined },
  },
};

const statements: Readonly<Record<string, Query>> = {
  'insert deliveries': insertQuery(prefix, [{ delivery: createStored(), state: 'queued', attempts: 0 }]),
  'queue a delivery again': {
    text: queueAgain(prefix),
    values: ['{default}', '{c4ca4238a0b923820dcc509a6f75849b}'],
  },
  'find logged deliveries': {
    text: find(prefix, runner.isElsewhere),
    values: ['{default}', '{c4ca4238a0b923820dcc509a6f75849b}', runner.owner, runner.lockClass],
  },
  'replace logged deliveries': {
    text: replace(prefix),
    values: ['{7}', '{7}', '{processed}', '{1}', ...Array.from({ length: 6 }, () => '{NULL}')],
  },
  'settle deliveries': settleQuery(prefix, [settled]),
  'find deliveries without words': { text: notIndexed(prefix), values: ['0'] },
  'add words': { text: addWords(prefix), values: ['{7}', '{hay}'] },
  'advance the search index': { text: advance(prefix) },
  claim: { text: claim(prefix), values: ['default', 'me', '{}', 16, 30_000, 2, 20, 16, 16] },
  bury: { text: bury(prefix), values: ['default', 'me', '{}', 20] },
  correct: { text: correct(prefix), values: ['default', 3_600_000, 30_000, 'me', '{}', 5000] },
  extend: { text: extend(prefix), values: [30_000, '{1,2,3}', 'me'] },
  release: { text: release(prefix), values: ['{1,2,3}', 'me'] },
  health: { text: healthSql(prefix) },
  'list all': list({}),
  'list a scan': list({ scanId: 'scan-7' }),
  'list several scans': list({ scanId: ['scan-7', 'scan-8'] }),
  'list a target': list({ target: 'target-7' }),
  'list dead letters': list({ state: 'dead' }),
  'list queued deliveries': list({ state: 'queued' }),
  'list a rare type': list({ eventType: 'rare' }),
  'list an endpoint': list({ endpoint: 'default' }),
  'list a time': list({ since: new Date('2024-01-01T10:00:00Z'), until: new Date('2024-01-01T11:00:00Z') }),
  'list all, the oldest first': listOldest({}),
  'list a scan, the oldest first': listOldest({ scanId: 'scan-4000' }),
  'list dead letters, the oldest first': listOldest({ state: 'dead' }),
  'list a frequent word': frequentWordsQuery(prefix, select({}), "'hay':*"),
  'list a rare word': rareWordsQuery(prefix, select({}), "'needle':*"),
  'list a part': selectionQuery(prefix, {
    ...select({ eventType: 'rare' }),
    upTo: { receivedAt: Date.parse('2024-01-01T20:00:00Z'), id: '20000' },
  }),
  'find the end of a part': positionQuery(prefix, select({}), 1000),
  'find by id': findQueries.byDeliveryId(prefix, 'c4ca4238a0b923820dcc509a6f75849b', undefined),
  'find by id and endpoint': findQueries.byDeliveryId(prefix, 'c4ca4238a0b923820dcc509a6f75849b', 'default'),
  'find by key': findQueries.byKey(prefix, '7'),
  replay: replay(prefix, replayed, {}),
  'replay all handlers': replay(prefix, replayed, { handlers: 'all' }),
  prune: remove(prefix, ['1', '2'], ['processed']),
  'find the oldest to keep': positionAfter(prefix, 1000),
  'count a time': countQuery(
    prefix,
    readCountOptions({ by: ['state', 'eventType'], since: new Date('2024-01-02T00:00:00Z') }),
  ),
};

describeWithPostgres('The plans of statements over 100,000 deliveries', () => {
  beforeAll(async () => {
    const store = openStore(database.connectionString, { schema: 'plans' });
    await store.ready();
    await store.close();
    for (const statement of fill.split(';')) await database.query(statement);
  });

  it.each(Object.entries(statements))(
    'the statement to %s reads no table from end to end',
    async (_, query) => {
      expect(await planOf(query)).not.toMatch(/Seq Scan on (?:deliveries|search_words)/);
    },
  );

  it.each([
    ['queue a delivery again', '((endpoint = s.endpoint) AND (delivery_id = s.delivery_id))'],
    ['find logged deliveries', '((endpoint = s.endpoint) AND (delivery_id = s.delivery_id))'],
    ['replace logged deliveries', '(id = s.id)'],
    ['settle deliveries', '(id = s.id)'],
  ])('the statement to %s finds each delivery by the index condition %s', async (name, condition) => {
    expect(await planOf(statements[name] ?? { text: '' })).toContain(`Index Cond: ${condition}`);
  });

  it.each([
    ['settle deliveries', '(id = s.id)'],
    ['extend', "(id = ANY ('{1,2,3}'::bigint[]))"],
    ['release', "(id = ANY ('{1,2,3}'::bigint[]))"],
  ])(
    'the statement to %s does so even if the table was analyzed while no delivery ran',
    async (name, condition) => {
      const client = new pg.Client({ connectionString: database.connectionString });
      await client.connect();
      onTestFinished(() => client.end());
      const { text = '', values = [] } = statements[name] ?? {};
      await client.query('BEGIN');
      await client.query(`UPDATE "plans".deliveries SET state = 'processed' WHERE state = 'running'`);
      await client.query('ANALYZE "plans".deliveries');
      const { rows } = await client.query(`EXPLAIN ${text}`, [...values]);
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(`Index Cond: ${condition}`);
    },
  );

  it('a count by state, type and endpoint reads only an index', async () => {
    const plan = await planOf(
      countQuery(prefix, readCountOptions({ by: ['state', 'eventType', 'endpoint'] })),
    );
    expect(plan).toContain('Index Only Scan using deliveries_time');
  });

  it('the statements of a search in parts read only the part of an index', async () => {
    expect(await planOf(statements['find the end of a part'] ?? { text: '' })).toContain(
      'Index Only Scan Backward using deliveries_time',
    );
    const plan = await planOf(statements['list a part'] ?? { text: '' });
    const [condition = ''] = /Index Cond: .*ROW\(received_at, id\).*/.exec(plan) ?? [];
    expect(condition).toMatch(/ < .* >= /);
  });

  it.each<DeliveryFilter>([{ eventType: 'rare' }, { text: 'hay', eventType: 'rare' }])(
    'the pages of a list by %j that end at a timeLimit contain each delivery once',
    async (filter) => {
      const store = openStore(database.connectionString, { schema: 'plans', readOnly: true });
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({ ...filter, limit: 30, cursor, timeLimit: 0.001 });
        seen.push(...page.deliveries.map(({ scanId }) => scanId ?? ''));
        cursor = page.cursor;
      } while (cursor !== undefined);
      await store.close();
      expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => `scan-${5000 - index * 50}`));
    },
  );

  it('a search for a frequent word returns the number of checked deliveries, even if none of them matches', async () => {
    const { text, values = [] } = frequentWordsQuery(
      prefix,
      { ...select({ state: 'dead' }), from: undefined },
      "'none':*",
    );
    expect(await database.query(text, [...values])).toMatchObject([{ checked: '200', id: null }]);
  });

  it('every index of the deliveries is used by a statement', async () => {
    const plans = (await Promise.all(Object.values(statements).map(planOf))).join('\n');
    const indexes = await database.query(
      `SELECT indexname FROM pg_indexes WHERE schemaname = 'plans' AND tablename IN ('deliveries', 'search_words')`,
    );
    expect(indexes.length).toBeGreaterThan(8);
    expect(indexes.map(({ indexname }) => indexname).filter((name) => !plans.includes(String(name)))).toEqual(
      [],
    );
  });
});
