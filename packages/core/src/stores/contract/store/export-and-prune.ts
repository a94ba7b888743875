import { deliveryJson } from '../../records/delivery-json.ts';
import type { PruneOptions } from '../../records/prune-options.ts';
import { equal, fails, matches } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, bytes } from '../support/deliveries.ts';
import { type ContractStore, idsOf, record, recordOf } from './store-under-test.ts';

async function exported(store: ContractStore, ...args: Parameters<ContractStore['export']>): Promise<string> {
  const parts: string[] = [];
  for await (const part of store.export(...args)) parts.push(part);
  return parts.join('');
}

const states = ['received', 'processed', 'failed', 'ignored', 'rejected'] as const;

/** Exporting and pruning. */
export const exportAndPruneCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'export("jsonl") writes deliveryJson() of each selected delivery, newest first, and no byte is lost',
    uses: ['export', 'get'],
    async run({ open }) {
      const store = await open();
      const given = Array.from({ length: 250 }, (_, n) => ({ target: n % 2 === 0 ? 'even' : 'odd' }));
      const entries = await record(store, ...given, { target: 'odd', body: Uint8Array.of(0xff, 0) });
      const lines = (await exported(store, 'jsonl', { target: 'odd' })).trimEnd().split('\n');
      const expected = [];
      for (const entry of entries.filter(({ target }) => target === 'odd').toReversed()) {
        expected.push(JSON.stringify(deliveryJson(await recordOf(store, entry))));
      }
      equal(lines, expected, 'the lines');
    },
  },
  {
    name: 'export("csv") writes a header and quotes cells, and no cell is a formula',
    uses: ['export'],
    async run({ open }) {
      const store = await open();
      await record(store, { target: '=1+1', body: bytes('a,"b"\n') });
      const text = await exported(store, 'csv');
      equal(text.split(',')[0], 'key', 'the first column');
      equal(text.includes(`"'=1+1"`), true, 'a quoted formula');
      equal(text.includes(`"a,""b""\n"`), true, 'a quoted body');
      equal(
        (await exported(store, 'csv', { target: 'none' })).trimEnd().split('\r\n').length,
        1,
        'the lines',
      );
    },
  },
  {
    name: 'export() in an unknown format fails with a ConfigurationError',
    uses: ['export'],
    async run({ open }) {
      const store = await open();
      const format: 'csv' = JSON.parse('"xml"');
      const expected = { name: 'ConfigurationError', option: 'format' };
      await fails(() => exported(store, format), expected, 'export()');
    },
  },
  {
    name: 'prune() deletes processed and ignored deliveries before a time, and no others',
    uses: ['prune', 'list'],
    async run({ open }) {
      const store = await open();
      const old = await record(store, ...states.map((state, n) => ({ state, receivedAt: at(n) })));
      const [recent] = await record(store, { receivedAt: at(100) });
      equal(await store.prune({ before: at(100) }), 2, 'the number of deleted deliveries');
      const kept = old.filter(({ state }) => state !== 'processed' && state !== 'ignored');
      equal(
        await idsOf(store),
        [recent, ...kept.toReversed()].map((entry) => entry?.id),
        'the list',
      );
      equal(await store.prune({ before: at(100) }), 0, 'the number of deleted deliveries');
    },
  },
  {
    name: 'prune() keeps a number of the newest deliveries, and deletes only the given states',
    uses: ['prune', 'list'],
    async run({ open }) {
      const store = await open();
      const entries = await record(store, ...[...states, ...states].map((state) => ({ state })));
      equal(await store.prune({ keep: 3, states: ['failed', 'rejected'] }), 2, 'the number');
      const kept = entries.filter(
        ({ state }, index) => index >= 7 || (state !== 'failed' && state !== 'rejected'),
      );
      equal(await idsOf(store), kept.map(({ id }) => id).toReversed(), 'the list');
      equal(await store.prune({ keep: 0, before: at(-1) }), 0, 'the number before a time without deliveries');
      equal(await store.prune({ keep: 1000 }), 0, 'the number if all are kept');
    },
  },
  {
    name: 'pruned deliveries are gone after the store is opened again, and their keys are not used again',
    needs: ['durable'],
    uses: ['prune', 'list', 'get'],
    async run({ open, close }) {
      const store = await open();
      const entries = await record(store, {}, {}, {});
      const keys = await Promise.all(entries.map(async (entry) => (await recordOf(store, entry)).key));
      equal(await store.prune({ keep: 0 }), 3, 'the number of deleted deliveries');
      await close(store);
      const reopened = await open();
      equal(await idsOf(reopened), [], 'the list');
      const [entry] = await record(reopened, {});
      if (entry === undefined) return;
      const { key } = await recordOf(reopened, entry);
      equal(keys.includes(key), false, `${key} to be a new key`);
    },
  },
  {
    name: 'after the store is opened again, pruned deliveries are gone and the others are known',
    needs: ['durable'],
    uses: ['prune', 'list'],
    async run({ open, close }) {
      const store = await open();
      const [, kept] = await record(store, { receivedAt: at(0) }, { receivedAt: at(100) });
      if (kept === undefined) return;
      equal(await store.prune({ before: at(50) }), 1, 'the number of deleted deliveries');
      matches(await store.record(kept), { state: 'processed' }, 'the record of the other delivery');
      await close(store);
      equal(await idsOf(await open()), [kept.id], 'the list');
    },
  },
  {
    name: 'prune() deletes rejections that were counted before the time',
    uses: ['prune', 'rejections'],
    async run({ open }) {
      const store = await open();
      for (const day of [1, 3]) {
        const receivedAt = new Date(`2024-01-0${day}T10:30:00Z`);
        store.recordRejection?.({
          code: 'invalid_signature',
          endpoint: 'default',
          ip: undefined,
          receivedAt,
        });
      }
      await store.rejections();
      await store.prune({ before: new Date('2024-01-02T00:00:00Z') });
      const { counts } = await store.rejections();
      equal(
        counts.map(({ hour }) => hour),
        [new Date('2024-01-03T10:00:00Z')],
        'the hours',
      );
    },
  },
  {
    name: 'prune() fails with a ConfigurationError for invalid options, and deletes nothing',
    uses: ['prune', 'list'],
    async run({ open }) {
      const store = await open();
      await record(store, {});
      const wrong: readonly (readonly [string, object])[] = [
        ['before', {}],
        ['before', { before: new Date(Number.NaN) }],
        ['keep', { keep: -1 }],
        ['keep', { keep: 0.5 }],
        ['states', { keep: 0, states: ['queued'] }],
        ['states', { keep: 0, states: ['received'] }],
        ['olderThan', { keep: 0, olderThan: 1 }],
      ];
      for (const [option, options] of wrong) {
        const given: PruneOptions = options;
        await fails(() => store.prune(given), { name: 'ConfigurationError', option }, 'prune()');
      }
      equal((await idsOf(store)).length, 1, 'the number of deliveries');
    },
  },
];
