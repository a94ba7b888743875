import type { StoreCapability } from '../delivery-store.ts';
import { exportAndPruneCases } from './store/export-and-prune.ts';
import { filterCases } from './store/filters.ts';
import { importCases } from './store/imports.ts';
import { keptRequestCases } from './store/kept-requests.ts';
import { listCases } from './store/list.ts';
import { queuedRecordCases } from './store/queued-records.ts';
import { recordCases } from './store/records.ts';
import { replayCases } from './store/replay.ts';
import { replayDelayedCases } from './store/replay-delayed.ts';
import { replayHandlersCases } from './store/replay-handlers.ts';
import type { ContractStore } from './store/store-under-test.ts';
import { equal, fails } from './support/assertions.ts';
import {
  bindCases,
  type CaseDefinition,
  type ContractCase,
  type StoreTraits,
} from './support/contract-case.ts';
import type { OpenStore } from './support/fixture.ts';

export type { ContractStore } from './store/store-under-test.ts';

/**
 * The rules of a `DeliveryStore` that is also a log, and may be a queue. A store that is not a queue lacks `replay`.
 * @example
 * const open = (place, options) => openMyStore(join(folder, place), options);
 * for (const { name, run } of storeContract(open, { durable: true, lacks: ['rejections', 'rejection'] })) it(name, run);
 */
export function storeContract(
  open: OpenStore<ContractStore>,
  traits: StoreTraits = {},
): readonly ContractCase[] {
  const cases = [
    ...capabilityCases(traits),
    ...listCases,
    ...filterCases,
    ...recordCases,
    ...keptRequestCases,
    ...exportAndPruneCases,
    ...queuedRecordCases,
    ...replayCases,
    ...replayDelayedCases,
    ...replayHandlersCases,
    ...importCases,
  ];
  return bindCases(cases, open, traits);
}

const calls: Readonly<Record<StoreCapability, (store: ContractStore) => unknown>> = {
  list: (store) => store.list(),
  get: (store) => store.get('1'),
  counts: (store) => store.counts(),
  rejections: (store) => store.rejections(),
  rejection: (store) => store.rejection('1'),
  replay: (store) => store.replay('1'),
  prune: (store) => store.prune({ keep: 0 }),
  export: async (store) => {
    for await (const _ of store.export('jsonl'));
  },
  health: (store) => store.health(),
  text: (store) => store.list({ text: 'word' }),
};

const capabilities = Object.keys(calls) as StoreCapability[];

function capabilityCases({ lacks = [] }: StoreTraits): readonly CaseDefinition<ContractStore>[] {
  return [
    {
      name: 'capabilities contains the capabilities of the store',
      async run({ open }) {
        const expected = new Set(capabilities.filter((capability) => !lacks.includes(capability)));
        equal(new Set((await open()).capabilities), expected, 'capabilities');
      },
    },
    ...capabilities.map((capability) => ({
      name: `a call that needs "${capability}" ${lacks.includes(capability) ? 'fails with missing_capability' : 'succeeds on an empty store'}`,
      async run({ open }: Parameters<CaseDefinition<ContractStore>['run']>[0]) {
        const store = await open();
        const call = () => calls[capability](store);
        if (!lacks.includes(capability)) await call();
        else await fails(call, { code: 'missing_capability', capability }, capability);
      },
    })),
  ];
}
