import { setTimeout } from 'node:timers/promises';
import type { DeliveryFilter, DeliveryRecord, Store } from '@spiderfoot-webhooks/sqlite';
import { pagesOf } from '../store/delivery-pages.ts';

/** Milliseconds between two looks. */
const interval = 500;

/** Deliveries that one look reads at a time. */
const pageSize = 50;

/** The newest deliveries, oldest first, and the number from which on all others are new. */
export async function latest(
  store: Pick<Store, 'list'>,
  filter: DeliveryFilter,
  count: number,
): Promise<{ readonly records: readonly DeliveryRecord[]; readonly after: number }> {
  const { deliveries } = await store.list({ ...filter, limit: Math.max(pageSize, count) });
  const after = deliveries.reduce((most, { number }) => Math.max(most, number), 0);
  return { records: deliveries.slice(0, count).toReversed(), after };
}

/**
 * What arrives from now on, oldest first. Between two looks nothing is held open, so a receiver's writing is not held up.
 * @param after the number of the newest delivery that is known already
 */
export async function* follow(
  store: Pick<Store, 'list'>,
  filter: DeliveryFilter,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<DeliveryRecord, void, undefined> {
  let newest = after;
  while (!signal.aborted) {
    const arrived = await newerThan(store, filter, newest);
    yield* arrived.toReversed();
    newest = arrived.reduce((most, { number }) => Math.max(most, number), newest);
    await pause(signal);
  }
}

/** Newest first. A page with nothing new in it ends the look: what lies behind it is older. */
async function newerThan(
  store: Pick<Store, 'list'>,
  filter: DeliveryFilter,
  number: number,
): Promise<readonly DeliveryRecord[]> {
  const found: DeliveryRecord[] = [];
  for await (const page of pagesOf(store, filter, pageSize)) {
    const newer = page.filter((record) => record.number > number);
    found.push(...newer);
    if (newer.length < page.length) break;
  }
  return found;
}

async function pause(signal: AbortSignal): Promise<void> {
  await setTimeout(interval, undefined, { signal }).catch(() => {});
}
