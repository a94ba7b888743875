import type { DeliveryWithBody } from '../../records/delivery-record.ts';
import type { ImportedDeliveries } from '../../records/imported-deliveries.ts';
import { equal, matches } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, createDelivery, createEntry } from '../support/deliveries.ts';
import { type ContractStore, idsOf, recordOf } from './store-under-test.ts';

function importInto(store: ContractStore, imported: ImportedDeliveries): Promise<number> {
  return store.import?.(imported) ?? Promise.reject(new Error('Expected a store that imports deliveries'));
}

/** Create a delivery as another store returns it. */
function createImported(given: Partial<DeliveryWithBody> = {}): DeliveryWithBody & { readonly id: string } {
  const { id, eventType = 'unknown', ...delivery } = createDelivery();
  const record = { key: '7', eventType, state: 'processed', attempts: 1, failures: 0 } as const;
  const results = { nextAttempt: undefined, handlers: [], error: undefined, code: undefined, issues: [] };
  return { ...delivery, ...record, ...results, ...given, id };
}

const handlers = [
  { name: 'siem', succeeded: true, attempts: 1, runs: [{ startedAt: at(1), duration: 0.125 }] },
  { name: 'slack', succeeded: false, attempts: 3, error: 'down' },
];

/** Importing the deliveries of another store. */
export const importCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'import() keeps the body, the state, the attempts, the handlers and the times of each delivery',
    needs: ['imports'],
    async run({ open }) {
      const store = await open();
      const deliveries = [
        createImported({ handlers, attempts: 4, failures: 3, target: 'example.com', scanId: 's\u00001' }),
        createImported({ state: 'failed', handlers, attempts: 3, error: 'down' }),
        createImported({ state: 'dead', handlers, attempts: 20, failures: 20, error: 'down' }),
        createImported({
          ...{ state: 'rejected', attempts: 0, code: 'invalid_event' },
          issues: [{ path: 'data.target', message: 'Expected a string' }],
        }),
        createImported({ state: 'ignored', attempts: 0, ip: undefined, dialect: undefined }),
        createImported({ state: 'received', endpoint: 'soc', body: Uint8Array.of(0xff, 0, 0x80) }),
        createImported({ state: 'processed', body: new Uint8Array() }),
        createImported({ state: 'queued', failures: 2, nextAttempt: new Date('2099-01-01T00:00:00.123Z') }),
      ];
      equal(await importInto(store, { deliveries }), deliveries.length, 'the number of new deliveries');
      for (const delivery of deliveries) {
        const { key: _, ...found } = await recordOf(store, delivery);
        const { key: __, ...expected } = { ...delivery, body: [...delivery.body] };
        const { body } = (await store.get(delivery.id)) ?? { body: [] };
        equal({ ...found, body: [...body] }, expected, `the ${delivery.state} delivery`);
      }
      equal(await idsOf(store), deliveries.map(({ id }) => id).toReversed(), 'the list');
    },
  },
  {
    name: 'import() changes no delivery that the store knows, so that it can be repeated',
    needs: ['imports'],
    async run({ open }) {
      const store = await open();
      const known = createEntry({ state: 'failed' });
      await store.record(known);
      const again = createImported();
      const deliveries = [{ ...createImported(), id: known.id }, createImported(), again, again];
      equal(await importInto(store, { deliveries }), 2, 'the number of new deliveries');
      equal(await importInto(store, { deliveries }), 0, 'the number of new deliveries');
      matches(await recordOf(store, known), { state: 'failed' }, 'the known delivery');
    },
  },
  {
    name: 'an imported delivery is recognized when it is sent again',
    needs: ['imports'],
    async run({ open }) {
      const store = await open();
      const delivery = createImported({ handlers });
      await importInto(store, { deliveries: [delivery] });
      const earlier = await store.record(
        createEntry({ id: delivery.id, state: 'received', receivedAt: at(1e6) }),
      );
      matches(earlier, { state: 'processed', attempt: 1, succeeded: ['siem'] }, 'the earlier record');
    },
  },
  {
    name: 'import() stores a running delivery as queued, and skips deliveries without an id',
    needs: ['imports'],
    async run({ open }) {
      const store = await open();
      const running = createImported({ state: 'running', attempts: 2, failures: 1 });
      const foreign = { ...createImported(), id: undefined, endpoint: undefined };
      equal(await importInto(store, { deliveries: [running, foreign] }), 1, 'the number of new deliveries');
      matches(await recordOf(store, running), { state: 'queued', attempts: 2, failures: 1 }, 'the delivery');
    },
  },
  {
    name: 'import() raises the counts of rejections, and does not add to them when it is repeated',
    needs: ['imports'],
    uses: ['rejections'],
    async run({ open }) {
      const store = await open();
      const hour = new Date('2024-01-01T10:00:00Z');
      const of = (count: number) => [{ hour, endpoint: 'default', code: 'invalid_signature', count }];
      for (const count of [3, 3, 2, 5]) await importInto(store, { deliveries: [], rejections: of(count) });
      equal((await store.rejections()).counts, of(5), 'the counts');
    },
  },
];
