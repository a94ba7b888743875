import { equal, fails } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, bytes } from '../support/deliveries.ts';
import { type ContractStore, idsOf, newest, record } from './store-under-test.ts';

/** The pages of a listing, and their order. */
export const listCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'list() continues after the previous page if deliveries arrive meanwhile, and if times are equal',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      const given = Array.from({ length: 25 }, (_, n) => ({ receivedAt: at(Math.floor(n / 10)) }));
      const entries = await record(store, ...given);
      const { seen, pages } = await readPages(store, 'newest', (page) => at(100 + page));
      equal([seen, pages], [newest(entries), 7], 'all pages');
    },
  },
  {
    name: 'list() sorts by time of receipt, even if deliveries were stored in another order',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      const [first, second, third] = await record(
        store,
        ...[1, 0, 2].map((seconds) => ({ receivedAt: at(seconds) })),
      );
      const expected = [third, first, second].map((entry) => entry?.id);
      equal(await idsOf(store), expected, 'list()');
      const page = await store.list({ limit: 1 });
      equal(await idsOf(store, { cursor: page.cursor }), expected.slice(1), 'the rest');
    },
  },
  {
    name: 'list() with order "oldest" returns the pages in ascending order, and continues if times are equal',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      const given = Array.from({ length: 25 }, (_, n) => ({ receivedAt: at(Math.floor(n / 10)) }));
      const entries = await record(store, ...given);
      const { seen } = await readPages(store, 'oldest', () => at(-1));
      equal(seen, newest(entries).toReversed(), 'all pages');
    },
  },
  {
    name: 'list() applies its filter in both orders',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      const given = Array.from({ length: 12 }, (_, n) => ({
        endpoint: n % 3 === 0 ? 'a' : 'b',
        target: `t${n % 2}`,
      }));
      const entries = await record(store, ...given);
      const wanted = entries.filter(({ endpoint, target }) => endpoint === 'b' && target === 't1');
      const filter = { endpoint: 'b', target: ['t1', 't3'] };
      equal(await idsOf(store, filter), newest(wanted), 'the newest');
      equal(await idsOf(store, { ...filter, order: 'oldest' }), newest(wanted).toReversed(), 'the oldest');
    },
  },
  {
    name: 'a cursor of list() leads to the neighbors on both sides of its delivery',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      const entries = await record(store, ...Array.from({ length: 9 }, () => ({ receivedAt: at(1) })));
      const ids = newest(entries);
      const { cursor } = await store.list({ limit: 5 });
      equal(await idsOf(store, { cursor, limit: 2 }), ids.slice(5, 7), 'the older neighbors');
      const newer = await idsOf(store, { cursor, limit: 2, order: 'oldest' });
      equal(newer, [ids[3], ids[2]], 'the newer neighbors');
    },
  },
  {
    name: 'list() with a text and order "oldest" returns its pages in ascending order',
    uses: ['list', 'text'],
    async run({ open }) {
      const store = await open();
      const body = bytes('{"word":"needle"}');
      const entries = await record(store, { body }, {}, { body }, { body }, {});
      const wanted = newest(entries.filter((entry) => entry.body === body)).toReversed();
      const first = await store.list({ text: 'needle', order: 'oldest', limit: 2 });
      const { cursor } = first;
      const rest = await idsOf(store, { text: 'needle', order: 'oldest', cursor });
      equal([...first.deliveries.map(({ id }) => id), ...rest], wanted, 'both pages');
    },
  },
  {
    name: 'list() returns 50 deliveries by default, and no cursor after the last page',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      await record(store, ...Array.from({ length: 52 }, () => ({})));
      const first = await store.list();
      const second = await store.list({ cursor: first.cursor });
      equal([first.deliveries.length, second.deliveries.length], [50, 2], 'the sizes of the pages');
      equal(second.cursor, undefined, 'the cursor of the last page');
      const full = await store.list({ limit: 52 });
      const rest = await store.list({ limit: 52, cursor: full.cursor });
      equal(rest, { deliveries: [], cursor: undefined }, 'the page after a full one');
    },
  },
  {
    name: 'the pages of list() with a timeLimit contain each delivery once',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      const wanted = newest(await record(store, ...Array.from({ length: 7 }, () => ({ endpoint: 'a' }))));
      await record(store, { endpoint: 'b' });
      for (const order of ['newest', 'oldest'] as const) {
        const seen: (string | undefined)[] = [];
        let cursor: string | undefined;
        do {
          const page = await store.list({ endpoint: 'a', order, limit: 3, cursor, timeLimit: 0.001 });
          seen.push(...page.deliveries.map(({ id }) => id));
          cursor = page.cursor;
        } while (cursor !== undefined);
        equal(seen, order === 'newest' ? wanted : wanted.toReversed(), `the deliveries, ${order} first`);
      }
    },
  },
  {
    name: 'list() fails with a ConfigurationError for an invalid limit, cursor, order or timeLimit',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      for (const limit of [0, 1001, 1.5]) {
        await fails(() => store.list({ limit }), { name: 'ConfigurationError', option: 'limit' }, 'list()');
      }
      for (const cursor of ['x', '1.2.3', '']) {
        await fails(() => store.list({ cursor }), { name: 'ConfigurationError', option: 'cursor' }, 'list()');
      }
      for (const timeLimit of [0, -1, Number.NaN]) {
        const expected = { name: 'ConfigurationError', option: 'timeLimit' };
        await fails(() => store.list({ timeLimit }), expected, 'list()');
      }
      const order: 'newest' = JSON.parse('"asc"');
      await fails(() => store.list({ order }), { name: 'ConfigurationError', option: 'order' }, 'list()');
    },
  },
];

/**
 * Read all pages of four deliveries. After each page, a delivery arrives.
 * @param arrivesAt returns its time of receipt
 */
async function readPages(
  store: ContractStore,
  order: 'newest' | 'oldest',
  arrivesAt: (page: number) => Date,
) {
  const seen: (string | undefined)[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    // The default is part of the contract.
    const page = await store.list({ ...(order === 'oldest' && { order }), limit: 4, cursor });
    seen.push(...page.deliveries.map(({ id }) => id));
    cursor = page.cursor;
    pages++;
    await record(store, { receivedAt: arrivesAt(pages) });
  } while (cursor !== undefined);
  return { seen, pages };
}
