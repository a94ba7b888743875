import { equal, fails } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at } from '../support/deliveries.ts';
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
      const seen: (string | undefined)[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await store.list({ limit: 4, cursor });
        seen.push(...page.deliveries.map(({ id }) => id));
        cursor = page.cursor;
        pages++;
        await record(store, { receivedAt: at(100 + pages) });
      } while (cursor !== undefined);
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
    name: 'list() fails with a ConfigurationError for an invalid limit or cursor',
    uses: ['list'],
    async run({ open }) {
      const store = await open();
      for (const limit of [0, 1001, 1.5]) {
        await fails(() => store.list({ limit }), { name: 'ConfigurationError', option: 'limit' }, 'list()');
      }
      for (const cursor of ['x', '1.2.3', '']) {
        await fails(() => store.list({ cursor }), { name: 'ConfigurationError', option: 'cursor' }, 'list()');
      }
    },
  },
];
