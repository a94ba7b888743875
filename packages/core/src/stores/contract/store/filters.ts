import type { LogEntry } from '../../delivery-log.ts';
import type { DeliveryFilter } from '../../records/delivery-filter.ts';
import { equal, fails } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, bytes } from '../support/deliveries.ts';
import { type ContractStore, exportedIds, idsOf, newest, record } from './store-under-test.ts';

/** Each filter, and whether it selects a delivery. */
const filters: readonly (readonly [DeliveryFilter, (entry: LogEntry) => boolean])[] = [
  [{ eventType: 'finding' }, ({ eventType }) => eventType === 'finding'],
  [{ endpoint: 'b' }, ({ endpoint }) => endpoint === 'b'],
  [{ state: 'failed' }, ({ state }) => state === 'failed'],
  [{ scanId: ['s1', 's2'] }, ({ scanId }) => scanId === 's1'],
  [{ target: "o'hara" }, ({ target }) => target === "o'hara"],
  [{ since: at(10) }, ({ receivedAt }) => receivedAt >= at(10)],
  [{ until: at(20) }, ({ receivedAt }) => receivedAt < at(20)],
];

/** A delivery that none of {@link parts} selects. */
const usual = {
  eventType: 'scan_completed',
  endpoint: 'a',
  state: 'processed',
  scanId: 's',
  target: 't',
  receivedAt: at(15),
} as const;

/** Each filter, and the fields in which a delivery that it selects differs from {@link usual}. */
const parts: readonly {
  readonly filter: Omit<DeliveryFilter, 'text'>;
  readonly selected: Partial<LogEntry>;
}[] = [
  { filter: { eventType: 'finding' }, selected: { eventType: 'finding' } },
  { filter: { endpoint: 'b' }, selected: { endpoint: 'b' } },
  { filter: { state: 'failed' }, selected: { state: 'failed' } },
  { filter: { scanId: 's1' }, selected: { scanId: 's1' } },
  { filter: { target: "o'hara" }, selected: { target: "o'hara" } },
  { filter: { since: at(20) }, selected: { receivedAt: at(20) } },
  { filter: { until: at(10) }, selected: { receivedAt: at(9) } },
];

const wrongOptions: readonly (readonly [option: string, options: object])[] = [
  ['scan_id', { scan_id: 's1' }],
  ['type', { type: 'finding' }],
  ['constructor', { constructor: 'x' }],
  ['eventType', { eventType: '' }],
  ['eventType', { eventType: [7] }],
  ['endpoint', { endpoint: [] }],
  ['state', { state: ' ' }],
  ['state', { state: 'ded' }],
  ['state', { state: ['dead', 'toString'] }],
  ['since', { since: '2024-01-01' }],
  ['until', { until: new Date(Number.NaN) }],
  ['text', { text: '\0 ' }],
];

/** Filters of listings, exports and counts. */
export const filterCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'list() returns exactly the deliveries that match all filters, for every combination of filters',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      const choose = <Value>(n: number, bit: number, values: readonly [Value, Value]) =>
        values[(n >> bit) & 1];
      const entries = await record(
        store,
        ...Array.from({ length: 32 }, (_, n) => ({
          eventType: choose(n, 0, ['scan_completed', 'finding']),
          endpoint: choose(n, 1, ['a', 'b']) ?? 'a',
          state: choose(n, 2, ['processed', 'failed'] as const) ?? 'processed',
          scanId: choose(n, 3, ['s1', undefined]),
          target: choose(n, 4, ['example.com', "o'hara"]),
          receivedAt: at(n),
        })),
      );
      for (let mask = 0; mask < 2 ** filters.length; mask++) {
        const chosen = filters.filter((_, bit) => mask & (1 << bit));
        const filter: DeliveryFilter = Object.assign({}, ...chosen.map(([part]) => part));
        const expected = entries.filter((entry) => chosen.every(([, selects]) => selects(entry)));
        equal(await idsOf(store, filter), newest(expected), `list(${JSON.stringify(filter)})`);
      }
    },
  },
  {
    name: 'list() and export() find the deliveries with one of several values',
    uses: ['list', 'export'],
    async run({ open }) {
      const store = await open();
      const entries = await record(
        store,
        ...['a', 'b', 'c'].map((value) => ({
          eventType: value,
          endpoint: value,
          scanId: value,
          target: value,
        })),
      );
      for (const field of ['eventType', 'endpoint', 'scanId', 'target']) {
        const filter: DeliveryFilter = { [field]: ['b', 'a'] };
        equal(await idsOf(store, filter), newest(entries.slice(0, 2)), `list() by ${field}`);
        equal(await exportedIds(store, filter), newest(entries.slice(0, 2)), `export() by ${field}`);
      }
    },
  },
  ...parts.map(
    ({ filter, selected }): CaseDefinition<ContractStore> => ({
      name: `${JSON.stringify(filter)} selects the same deliveries in list(), export() and counts()`,
      uses: ['list', 'export', 'counts'],
      async run({ open }) {
        const store = await open();
        const [, entry] = await record(store, usual, { ...usual, ...selected });
        equal(await idsOf(store, filter), [entry?.id], 'list()');
        equal(await exportedIds(store, filter), [entry?.id], 'export()');
        equal(await store.counts({ ...filter, by: [] }), [{ count: 1 }], 'counts()');
      },
    }),
  ),
  ...parts.map(
    ({ filter, selected }): CaseDefinition<ContractStore> => ({
      name: `${JSON.stringify(filter)} and its text select deliveries in list() and export()`,
      uses: ['list', 'export', 'text'],
      async run({ open }) {
        const store = await open();
        const body = bytes('{"word":"needle"}');
        const [, entry] = await record(
          store,
          { ...usual, body },
          { ...usual, ...selected, body },
          {
            ...usual,
            ...selected,
          },
        );
        equal(await idsOf(store, { ...filter, text: 'needle' }), [entry?.id], 'list()');
        equal(await exportedIds(store, { ...filter, text: 'needle' }), [entry?.id], 'export()');
      },
    }),
  ),
  ...wrongOptions.map(
    ([option, options]): CaseDefinition<ContractStore> => ({
      name: `${JSON.stringify(options)} fails with a ConfigurationError for ${option} in every method with a filter`,
      uses: ['list', 'counts', 'export'],
      async run({ open }) {
        const store = await open();
        const expected = { name: 'ConfigurationError', option };
        const exportAll = async () => {
          for await (const _ of store.export('jsonl', options));
        };
        await fails(() => store.list(options), expected, 'list()');
        if (option !== 'text') await fails(() => store.counts(options), expected, 'counts()');
        await fails(exportAll, expected, 'export()');
        if (store.capabilities.has('replay')) await fails(() => store.replay(options), expected, 'replay()');
      },
    }),
  ),
  {
    name: 'the filter text finds words and beginnings of words, and has no operators',
    uses: ['list', 'text'],
    async run({ open }) {
      const store = await open();
      const bodies = [
        'alpha beta',
        'alpha gamma',
        'NEAR OR NOT "quoted" x*y col:on (a) -b',
        '{"a":"ex\\u00e4mple.com"}',
        '日本語',
        '{"a":"deadly \u{1f512}"}',
      ];
      const entries = await record(store, ...bodies.map((body) => ({ body: bytes(body) })));
      const expected: Readonly<Record<string, readonly number[]>> = {
        ...{ alpha: [1, 0], alp: [1, 0], '  gamma \t ALPHA ': [1], lpha: [], 'alpha OR gamma': [] },
        ...{ 'alpha NOT beta': [], 'NEAR OR NOT': [2], '"quoted"': [2], 'col:on': [2] },
        ...{ 'exämple.com': [3], 日本語: [4], '\u{1f512}': [5], '\u{1f513}': [] },
      };
      for (const [text, indexes] of Object.entries(expected)) {
        const ids = indexes.map((index) => entries[index]?.id);
        equal(await idsOf(store, { text }), ids, `list({ text: ${JSON.stringify(text)} })`);
      }
      for (const text of [
        '"',
        "'",
        '*',
        '(',
        '{a b}:',
        '-',
        'NEAR(a b, 2)',
        '--',
        ';',
        '\\',
        'a\0b',
        '\ud800',
      ]) {
        await store.list({ text });
      }
      const first = bytes('"alpha only"');
      await record(store, { body: first });
      equal((await idsOf(store, { text: 'only' })).length, 1, 'the number of deliveries with a new word');
      const many = Array.from({ length: 1001 }, (_, n) => `word${n}`).join(' ');
      await fails(() => store.list({ text: many }), { option: 'text' }, 'list() with 1001 words');
    },
  },
];
