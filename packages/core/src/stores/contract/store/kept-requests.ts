import type { RejectedRequest } from '../../delivery-log.ts';
import { check, equal, fails } from '../support/assertions.ts';
import type { CaseDefinition } from '../support/contract-case.ts';
import { at, bytes } from '../support/deliveries.ts';
import type { ContractStore } from './store-under-test.ts';

const uses = ['rejections', 'rejection'] as const;

const post: RejectedRequest = {
  method: 'POST',
  headers: [['Content-Type', 'application/json']],
  body: bytes('{}'),
  truncated: false,
};

/** Record a rejection with its request. Each has another address, by which the cases recognize it. */
function reject(
  store: ContractStore,
  ip: string,
  { keep = 10, endpoint = 'default', request = post, receivedAt = at(0) } = {},
): void {
  store.recordRejection?.({ code: 'invalid_signature', endpoint, receivedAt, ip, request, keep });
}

async function addressesOf(store: ContractStore): Promise<readonly unknown[]> {
  return (await store.rejections()).latest.map(({ ip }) => ip);
}

/** Compare requests byte by byte. */
function comparable({ body, ...fields }: RejectedRequest) {
  return { ...fields, body: body && [...body] };
}

/** Requests whose content has to be kept exactly. */
const unusual: readonly RejectedRequest[] = [
  post,
  { method: 'GET', headers: [], body: undefined, truncated: false },
  { ...post, body: new Uint8Array() },
  { ...post, body: Uint8Array.from({ length: 65_536 }, (_, n) => n % 256), truncated: true },
  {
    method: 'P\u0000\u001a"{}\\',
    headers: [
      ['x-odd', '\u0000\u001a"{},\\ \ud800 NULL'],
      ['x-odd', 'again'],
      ['X-Ünï', ''],
    ],
    body: Uint8Array.of(0xff, 0, 0x5c, 0x27),
    truncated: false,
  },
];

/** The requests of unauthenticated rejections. */
export const keptRequestCases: readonly CaseDefinition<ContractStore>[] = [
  {
    name: 'rejection() returns a kept request exactly as it was recorded',
    uses,
    async run({ open }) {
      const store = await open();
      for (const [index, request] of unusual.entries()) reject(store, String(index), { request });
      const { latest } = await store.rejections();
      equal(latest.length, unusual.length, 'the number of kept requests');
      for (const [index, record] of latest.toReversed().entries()) {
        const found = await store.rejection(record.key);
        const { request, ...fields } = found ?? { request: undefined };
        equal(fields, record, 'the rejection');
        equal(request && comparable(request), unusual[index] && comparable(unusual[index]), 'the request');
      }
      equal(await store.rejection('999999'), undefined, 'rejection() of an unknown key');
      equal(await store.rejection("1' OR '1'='1"), undefined, 'rejection() of a key in another form');
    },
  },
  {
    name: 'rejections() returns the counts of all hours, newest first, or of the hours that end after a time',
    uses: ['rejections'],
    async run({ open }) {
      const store = await open();
      const hour = 3600;
      for (const hours of [0, 1, 2]) reject(store, `192.0.2.${hours}`, { receivedAt: at(hours * hour) });
      const countsOf = async (since?: Date) => {
        const { counts } = await store.rejections(since && { since });
        return counts.map((counted) => counted.hour.getTime());
      };
      const all = await countsOf();
      equal(
        all,
        all.toSorted((a, b) => b - a),
        'the order of the hours',
      );
      equal(all.length, 3, 'the number of hours');
      equal(await countsOf(at(hour)), all.slice(0, 2), 'the hours since a time');
      equal(await countsOf(at(9 * hour)), [], 'the hours since a later time');
      const since: Date = JSON.parse('"2024-01-01"');
      await fails(() => store.rejections({ since }), { option: 'since' }, 'rejections()');
    },
  },
  {
    name: 'rejections() lists the kept requests, newest first, and no other rejections',
    uses,
    async run({ open }) {
      const store = await open();
      store.recordRejection?.({
        ...{ code: 'ip_not_allowed', endpoint: 'default', receivedAt: at(0), ip: 'counted' },
      });
      for (const ip of ['a', 'b']) reject(store, ip);
      equal(await addressesOf(store), ['b', 'a'], 'the listed addresses');
      const { counts } = await store.rejections();
      equal(
        counts.reduce((sum, { count }) => sum + count, 0),
        3,
        'the number of counted rejections',
      );
    },
  },
  {
    name: 'the newest requests of each endpoint are kept, as many as its receiver asks for',
    uses,
    async run({ open }) {
      const store = await open();
      reject(store, 'quiet', { endpoint: 'quiet', keep: 1 });
      for (let n = 0; n < 5; n++) reject(store, `a${n}`, { keep: 3 });
      equal(await addressesOf(store), ['a4', 'a3', 'a2', 'quiet'], 'the addresses of one write');
      const [oldest] = (await store.rejections()).latest.slice(2);
      reject(store, 'a5', { keep: 3 });
      equal(await addressesOf(store), ['a5', 'a4', 'a3', 'quiet'], 'the addresses of two writes');
      equal(await store.rejection(oldest?.key ?? ''), undefined, 'a request that is no longer kept');
      for (let n = 6; n < 10; n++) reject(store, `a${n}`, { keep: 2 });
      equal(await addressesOf(store), ['a9', 'a8', 'quiet'], 'the addresses with a smaller number');
    },
  },
  {
    name: 'prune() deletes the requests before a time',
    uses: [...uses, 'prune'],
    async run({ open }) {
      const store = await open();
      for (const seconds of [1, 3]) reject(store, String(seconds), { receivedAt: at(seconds) });
      await store.rejections();
      await store.prune({ before: at(2) });
      equal(await addressesOf(store), ['3'], 'the addresses');
    },
  },
  {
    name: 'kept requests are the same after the store is opened again, and their keys are not used again',
    needs: ['durable'],
    uses,
    async run({ open, close }) {
      const store = await open();
      for (const ip of ['a', 'b']) reject(store, ip, { keep: 2 });
      const { latest } = await store.rejections();
      await close(store);
      const reopened = await open();
      equal((await reopened.rejections()).latest, latest, 'the latest rejections');
      const [{ key } = { key: '' }] = latest;
      const { request } = (await reopened.rejection(key)) ?? {};
      equal(request && comparable(request), comparable(post), 'the request');
      for (const ip of ['c', 'd']) reject(reopened, ip, { keep: 2 });
      const keys = (await reopened.rejections()).latest.map((record) => record.key);
      check(
        keys.every((each) => latest.every((record) => record.key !== each)),
        'new keys',
      );
    },
  },
];
