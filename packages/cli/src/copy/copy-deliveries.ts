import type { DeliveryRecord, DeliveryStore, DeliveryWithBody } from '@spiderfoot-webhooks/core/stores';
import { pagesOf } from '../store/delivery-pages.ts';

/** The numbers of deliveries after a copy. */
export interface CopyResult {
  /** The deliveries that were copied, or would be copied. */
  readonly copied: number;
  /** The deliveries that the target had before. */
  readonly known: number;
  /** The deliveries without an id, which another program has written. */
  readonly skipped: number;
}

export interface CopyOptions {
  readonly source: DeliveryStore;
  /** `undefined` if the target has no deliveries yet, which is possible only if nothing is stored. */
  readonly target: Pick<DeliveryStore, 'list'> | undefined;
  /** Store deliveries. `undefined` to only count them. */
  readonly store: DeliveryStore['import'];
  /** Called after each batch, with the number of deliveries that it has dealt with. */
  readonly onProgress: (count: number) => void;
}

/** The limits of the deliveries in one commit. */
const batch = { deliveries: 100, bytes: 2_097_152 };

/**
 * Copy the deliveries that the target does not have, oldest first. Each hour is compared before its bodies are read, so a
 * copy that was interrupted continues where it ended.
 */
export async function copyDeliveries({
  source,
  target,
  store,
  onProgress,
}: CopyOptions): Promise<CopyResult> {
  const bucket = 3_600_000;
  const result = { copied: 0, known: 0, skipped: 0 };
  const hours = (await source.counts({ by: ['time'], bucket })).flatMap(({ time }) => time ?? []);
  for (const time of hours.toSorted((a, b) => a - b)) {
    const hour = { since: new Date(time), until: new Date(time + bucket) };
    const known = new Set<string>();
    if (target !== undefined) for (const record of await all(target, hour)) known.add(nameOf(record));
    const records = await all(source, hour);
    const named = records.filter(({ id, endpoint }) => id !== undefined && endpoint !== undefined);
    const missing = named.filter((record) => !known.has(nameOf(record)));
    result.skipped += records.length - named.length;
    result.known += named.length - missing.length;
    onProgress(records.length - missing.length);
    if (store === undefined) {
      result.copied += missing.length;
      onProgress(missing.length);
      continue;
    }
    for await (const deliveries of batchesOf(source, missing.toReversed())) {
      const copied = await store({ deliveries });
      result.copied += copied;
      result.known += deliveries.length - copied;
      onProgress(deliveries.length);
    }
  }
  if (store !== undefined && source.capabilities.has('rejections')) {
    await store({ deliveries: [], rejections: (await source.rejections()).counts });
  }
  return result;
}

/** Return the deliveries of an hour without their bodies, newest first. */
async function all(
  store: Pick<DeliveryStore, 'list'>,
  hour: { readonly since: Date; readonly until: Date },
): Promise<readonly DeliveryRecord[]> {
  const records: DeliveryRecord[] = [];
  for await (const page of pagesOf(store, hour, 1000)) records.push(...page);
  return records;
}

function nameOf({ endpoint, id }: DeliveryRecord): string {
  return `${endpoint}\n${id}`;
}

/** Read the bodies of deliveries. A delivery that was deleted in the meantime is left out. */
async function* batchesOf(
  source: Pick<DeliveryStore, 'get'>,
  records: readonly DeliveryRecord[],
): AsyncGenerator<readonly DeliveryWithBody[], void, undefined> {
  let deliveries: DeliveryWithBody[] = [];
  let bytes = 0;
  for (const { key } of records) {
    const delivery = await source.get(key);
    if (delivery === undefined) continue;
    deliveries.push(delivery);
    bytes += delivery.body.byteLength;
    if (deliveries.length < batch.deliveries && bytes < batch.bytes) continue;
    yield deliveries;
    deliveries = [];
    bytes = 0;
  }
  if (deliveries.length > 0) yield deliveries;
}
