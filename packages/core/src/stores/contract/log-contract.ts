import type { DeliveryLog, LogEntry } from '../delivery-log.ts';
import type { DeliveryState } from '../delivery-states.ts';
import { check, equal, matches } from './support/assertions.ts';
import {
  bindCases,
  type CaseDefinition,
  type ContractCase,
  type ContractTraits,
} from './support/contract-case.ts';
import { bytes, createEntry } from './support/deliveries.ts';
import type { OpenStore } from './support/fixture.ts';

/**
 * The rules of a `DeliveryLog`.
 * @example
 * const open = (place, options) => openMyStore(join(folder, place), options);
 * for (const { name, run } of logContract(open, { durable: true })) it(name, run);
 */
export function logContract(
  open: OpenStore<DeliveryLog>,
  traits: ContractTraits = {},
): readonly ContractCase[] {
  return bindCases([...recordCases, ...replaceCases, ...durableCases], open, traits);
}

const states = ['received', 'processed', 'failed', 'ignored', 'rejected'] as const;

/** For each state of the earlier record, the states that replace it. */
const replacedBy: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  received: states,
  processed: [],
  failed: ['received', 'processed', 'failed'],
  ignored: states,
  rejected: states,
};

/** Return the log's record of a delivery. */
async function recorded(log: DeliveryLog, entry: LogEntry) {
  const known = await log.record({ ...entry, state: 'received', attempt: 0, succeeded: [] });
  return known && { state: known.state, attempt: known.attempt, succeeded: known.succeeded };
}

const replaceCases: readonly CaseDefinition<DeliveryLog>[] = states.flatMap((earlier) =>
  states.map((later) => {
    const isReplaced = replacedBy[earlier].includes(later);
    return {
      name: `record() ${isReplaced ? 'replaces' : 'keeps'} a ${earlier} delivery if the entry is ${later}`,
      async run({ open }) {
        const log = await open();
        const first = createEntry({ state: earlier });
        const second = createEntry({ state: later, id: first.id });
        await log.record(first);
        const known = await log.record(second);
        matches(known, { state: earlier, attempt: first.attempt, succeeded: first.succeeded }, 'the record');
        const state = isReplaced ? later : earlier;
        matches(await recorded(log, first), { state }, 'the record after it');
      },
    };
  }),
);

const recordCases: readonly CaseDefinition<DeliveryLog>[] = [
  {
    name: 'record() returns undefined for a new delivery, and the earlier record for a known one',
    async run({ open }) {
      const log = await open();
      const entry = createEntry();
      equal(await log.record(entry), undefined, 'the record of a new delivery');
      equal(
        await recorded(log, entry),
        { state: 'processed', attempt: 1, succeeded: ['siem'] },
        'the record',
      );
    },
  },
  {
    name: 'record() keeps deliveries with one id at two endpoints apart',
    async run({ open }) {
      const log = await open();
      const entry = createEntry({ endpoint: 'a' });
      await log.record(entry);
      equal(await log.record({ ...entry, endpoint: 'b' }), undefined, 'the record at the other endpoint');
    },
  },
  {
    name: 'a received entry changes the state of a known delivery, and keeps its attempts and successes',
    async run({ open }) {
      const log = await open();
      const entry = createEntry({ state: 'failed', attempt: 2, succeeded: ['slack'] });
      await log.record(entry);
      await recorded(log, entry);
      equal(
        await recorded(log, entry),
        { state: 'received', attempt: 2, succeeded: ['slack'] },
        'the record',
      );
    },
  },
  {
    name: 'a delivery that has been attempted does not become rejected while it is received again',
    async run({ open }) {
      const log = await open();
      const entry = createEntry({ state: 'failed' });
      await log.record(entry);
      await recorded(log, entry);
      for (const state of ['rejected', 'ignored'] as const) {
        await log.record(createEntry({ id: entry.id, state }));
        matches(await recorded(log, entry), { state: 'received', attempt: 1 }, `the record after ${state}`);
      }
    },
  },
  {
    name: 'a later attempt replaces the attempts and successes of an earlier one',
    async run({ open }) {
      const log = await open();
      const entry = createEntry({ state: 'failed', succeeded: ['slack'] });
      await log.record(entry);
      await log.record({ ...entry, attempt: 2, succeeded: ['slack', 'mail'] });
      const known = await recorded(log, entry);
      equal(known, { state: 'failed', attempt: 2, succeeded: ['slack', 'mail'] }, 'the record');
    },
  },
  {
    name: 'only one of two concurrent entries of a new delivery is the first',
    async run({ open }) {
      const log = await open();
      for (let round = 0; round < 10; round++) {
        const entry = createEntry({ state: 'received' });
        const known = await Promise.all([log.record(entry), log.record(entry)]);
        equal(known.filter((record) => record === undefined).length, 1, 'the number of first entries');
      }
    },
  },
  {
    name: 'record() accepts every field: missing values, and bodies that are not text',
    async run({ open }) {
      const log = await open();
      const odd = { ip: undefined, eventType: undefined, dialect: undefined };
      const bodies = [Uint8Array.of(0xff, 0), bytes(''), bytes("'\u{1f512}\0\\")];
      for (const body of bodies) {
        const entry = createEntry({ ...odd, body, target: "o'hara\0", scanId: '\u{1f512}' });
        await log.record(entry);
        matches(await recorded(log, entry), { state: 'processed' }, 'the record');
      }
    },
  },
  {
    name: 'recordRejection() returns undefined, and accepts many rejections',
    async run({ open }) {
      const log = await open();
      for (let n = 0; n < 1000; n++) {
        const rejection = { endpoint: 'default', receivedAt: new Date(), ip: undefined };
        const returned: unknown = log.recordRejection?.({ ...rejection, code: 'invalid_signature' });
        check(returned === undefined, 'recordRejection() to return undefined');
      }
    },
  },
  {
    name: 'ready() resolves for a store that is open',
    async run({ open }) {
      await (await open()).ready?.();
    },
  },
];

const durableCases: readonly CaseDefinition<DeliveryLog>[] = [
  {
    name: 'a recorded delivery is known after the store is opened again',
    needs: ['durable'],
    async run({ open, close }) {
      const log = await open();
      const entries = states.map((state) => createEntry({ state }));
      for (const entry of entries) await log.record(entry);
      await close(log);
      const reopened = await open();
      for (const entry of entries) {
        const { state, attempt, succeeded } = entry;
        equal(await recorded(reopened, entry), { state, attempt, succeeded }, `the ${state} delivery`);
      }
    },
  },
  {
    name: 'a delivery that one process records is known to another process',
    needs: ['shared'],
    async run({ open }) {
      const [one, two] = [await open(), await open()];
      const [first, second] = [createEntry(), createEntry()];
      await one.record(first);
      await two.record(second);
      matches(await recorded(two, first), { state: 'processed' }, 'the record of the first process');
      matches(await recorded(one, second), { state: 'processed' }, 'the record of the second process');
    },
  },
];
