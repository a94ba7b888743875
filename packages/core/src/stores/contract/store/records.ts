import { check, equal, fails, matches } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, createEntry } from '../support/deliveries.ts';
import { type ContractStore, record, recordOf } from './store-under-test.ts';

/** Reading and counting deliveries. */
export const recordCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'get() returns a delivery with every field, by its key and by its id',
    uses: ['get'],
    async run({ open }) {
      const store = await open();
      const issues = [{ path: 'data', message: 'missing' }];
      const given = {
        scanId: 's',
        target: "o'hara",
        state: 'rejected',
        code: 'invalid_event',
        issues,
      } as const;
      const [usual, odd] = await record(store, given, {
        ...{ body: Uint8Array.of(0xff, 0, 0x27), ip: undefined, dialect: undefined },
        ...{ scanId: undefined, target: undefined },
      });
      for (const entry of [usual, odd]) {
        if (entry === undefined) continue;
        const { attempt: attempts, succeeded: _, failures: _2, body, ...fields } = entry;
        const { key } = await recordOf(store, entry);
        for (const found of [await store.get(entry.id), await store.get(key)]) {
          matches(found, { issues: [], ...fields, key, attempts }, 'the delivery');
          equal([...(found?.body ?? [])], [...body], 'the body');
        }
      }
      equal(await store.get('f'.repeat(32)), undefined, 'get() of an unknown id');
      equal(await store.get('999999'), undefined, 'get() of an unknown key');
    },
  },
  {
    name: 'get() with an endpoint returns the delivery of that endpoint, and without one the newest',
    uses: ['get'],
    async run({ open }) {
      const store = await open();
      const entry = createEntry({ endpoint: 'a' });
      await store.record(entry);
      const receivedAt = new Date(entry.receivedAt.getTime() + 1000);
      await store.record({ ...entry, endpoint: 'b', state: 'failed', receivedAt });
      equal((await store.get(entry.id, 'a'))?.state, 'processed', 'the state at a');
      equal((await store.get(entry.id, 'b'))?.state, 'failed', 'the state at b');
      equal(await store.get(entry.id, 'c'), undefined, 'get() at another endpoint');
      equal((await store.get(entry.id))?.endpoint, 'b', 'the endpoint of the newest');
    },
  },
  {
    name: 'a record counts the attempts of each handler, and keeps the last error',
    uses: ['get'],
    async run({ open }) {
      const store = await open();
      const [entry] = await record(store, { state: 'failed', succeeded: ['slack'] });
      if (entry === undefined) return;
      const siem = { name: 'siem', succeeded: false, attempts: 1, error: 'siem is down' };
      const slack = { name: 'slack', succeeded: true, attempts: 1 };
      const failed = { state: 'failed', attempts: 1, error: 'siem is down', handlers: [slack, siem] };
      matches(await recordOf(store, entry), failed, 'the failed delivery');
      const done = {
        ...entry,
        state: 'processed',
        attempt: 2,
        error: undefined,
        failures: undefined,
      } as const;
      await store.record({ ...done, succeeded: ['slack', 'siem'] });
      const handlers = [slack, { name: 'siem', succeeded: true, attempts: 2 }];
      matches(
        await recordOf(store, entry),
        { state: 'processed', attempts: 2, error: undefined, handlers },
        'the delivery',
      );
    },
  },
  {
    name: 'a record keeps the last 8 runs of each handler, oldest first, with their errors',
    uses: ['get'],
    async run({ open }) {
      const store = await open();
      const entry = createEntry({ state: 'failed' });
      for (let attempt = 1; attempt <= 9; attempt++) {
        const runs = [{ handler: 'siem', startedAt: at(attempt), duration: attempt + 0.5 }];
        await store.record({ ...entry, attempt, runs });
      }
      const done = { ...entry, state: 'processed', error: undefined, failures: undefined } as const;
      const runs = ['siem', 'slack'].map((handler) => ({ handler, startedAt: at(10), duration: 10.125 }));
      await store.record({ ...done, attempt: 10, succeeded: ['siem', 'slack'], runs });
      const { handlers } = await recordOf(store, entry);
      const last = { startedAt: at(10), duration: 10.125 };
      const failed = [3, 4, 5, 6, 7, 8, 9].map((n) => {
        return { startedAt: at(n), duration: n + 0.5, error: 'siem is down' };
      });
      const expected = [
        { name: 'siem', succeeded: true, attempts: 10, runs: [...failed, last] },
        { name: 'slack', succeeded: true, attempts: 1, runs: [last] },
      ];
      equal(handlers, expected, 'the handlers');
    },
  },
  {
    name: 'counts() counts by every field and filter',
    uses: ['counts'],
    async run({ open }) {
      const store = await open();
      await record(
        store,
        { receivedAt: at(0), endpoint: 'a', state: 'failed' },
        { receivedAt: at(59), endpoint: 'b' },
        { receivedAt: at(60), endpoint: 'b', eventType: 'finding' },
      );
      equal(
        await store.counts(),
        [
          { state: 'failed', count: 1 },
          { state: 'processed', count: 2 },
        ],
        'counts()',
      );
      equal(await store.counts({ by: [] }), [{ count: 3 }], 'the total');
      equal(
        await store.counts({ by: [], state: 'processed', until: at(60) }),
        [{ count: 1 }],
        'a filtered count',
      );
      equal(
        await store.counts({ by: ['time', 'endpoint'], bucket: 60_000 }),
        [
          { time: at(0).getTime(), endpoint: 'a', count: 1 },
          { time: at(0).getTime(), endpoint: 'b', count: 1 },
          { time: at(60).getTime(), endpoint: 'b', count: 1 },
        ],
        'counts by minute and endpoint',
      );
      equal(
        await store.counts({ by: ['eventType'], endpoint: 'b' }),
        [
          { eventType: 'finding', count: 1 },
          { eventType: 'scan_completed', count: 1 },
        ],
        'counts by type',
      );
      const wrong: object = { by: ['ip'] };
      await fails(() => store.counts(wrong), { name: 'ConfigurationError', option: 'by' }, 'counts()');
      await fails(() => store.counts({ bucket: 0 }), { option: 'bucket' }, 'counts()');
    },
  },
  {
    name: 'counts() counts by scan and target, leaves out deliveries without them, and returns the largest groups',
    uses: ['counts'],
    async run({ open }) {
      const store = await open();
      const targets = ['b', 'c', 'c', 'a', 'c', undefined, 'b', undefined, undefined, undefined];
      await record(store, ...targets.map((target, n) => ({ target, scanId: n < 3 ? 's1' : undefined })));
      const all = [
        { target: 'a', count: 1 },
        { target: 'b', count: 2 },
        { target: 'c', count: 3 },
      ];
      equal(await store.counts({ by: ['target'] }), all, 'counts by target');
      equal(await store.counts({ by: ['target'], top: 2 }), all.toReversed().slice(0, 2), 'the largest');
      equal(await store.counts({ by: ['scanId'] }), [{ scanId: 's1', count: 3 }], 'counts by scan');
      const both = [{ scanId: 's1', target: 'c', count: 2 }];
      equal(await store.counts({ by: ['scanId', 'target'], top: 1 }), both, 'the largest pair');
      equal(
        await store.counts({ by: [], scanId: 's1', target: ['c', 'd'] }),
        [{ count: 2 }],
        'a filtered count',
      );
      for (const top of [0, 1.5, 1001])
        await fails(() => store.counts({ top }), { option: 'top' }, 'counts()');
    },
  },
  {
    name: 'rejections() counts unauthenticated rejections by hour, endpoint and code',
    uses: ['rejections'],
    async run({ open }) {
      const store = await open();
      const hour = new Date('2024-01-01T10:00:00Z');
      const reject = (code: 'invalid_signature' | 'ip_not_allowed', minutes: number) =>
        store.recordRejection?.({
          ...{ code, endpoint: 'default', ip: '192.0.2.7' },
          receivedAt: new Date(hour.getTime() + minutes * 60_000),
        });
      for (const minutes of [0, 30, 59]) reject('invalid_signature', minutes);
      reject('ip_not_allowed', 1);
      reject('ip_not_allowed', 61);
      const later = new Date(hour.getTime() + 3_600_000);
      equal(
        (await store.rejections()).counts,
        [
          { hour: later, endpoint: 'default', code: 'ip_not_allowed', count: 1 },
          { hour, endpoint: 'default', code: 'invalid_signature', count: 3 },
          { hour, endpoint: 'default', code: 'ip_not_allowed', count: 1 },
        ],
        'the counts',
      );
      reject('invalid_signature', 2);
      const { counts } = await store.rejections();
      check(
        counts.some(({ count }) => count === 4),
        'a later rejection to be added to its hour',
      );
    },
  },
  {
    name: 'deliveries are the same after the store is opened again',
    needs: ['durable'],
    uses: ['list', 'get'],
    async run({ open, close }) {
      const store = await open();
      const issues = [{ path: 'data', message: 'missing' }];
      const entries = await record(
        store,
        { state: 'failed', succeeded: ['slack'] },
        { body: Uint8Array.of(0xff, 0, 0x27), state: 'ignored' },
        { state: 'rejected', issues },
        { scanId: 's', target: "o'hara" },
      );
      const before = await store.list();
      const records = await Promise.all(entries.map(({ id }) => store.get(id)));
      await close(store);
      const reopened = await open();
      equal(await reopened.list(), before, 'the list');
      for (const [index, { id }] of entries.entries()) {
        const { body, ...fields } = (await reopened.get(id)) ?? {};
        const { body: bodyBefore, ...fieldsBefore } = records[index] ?? {};
        equal(fields, fieldsBefore, 'the record');
        equal([...(body ?? [])], [...(bodyBefore ?? [])], 'the body');
      }
    },
  },
];
