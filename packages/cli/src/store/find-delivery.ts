import type { DeliveryWithBody, Store } from '@spiderfoot-webhooks/sqlite';
import { CommandFailure, UsageFailure } from '../failure/failure.ts';
import { checkEndpoints } from '../filters/known-endpoints.ts';

/**
 * Read what stands for a delivery in a command line.
 * @throws UsageFailure
 */
function readKey(text: string): number | string {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  if (/^[0-9a-f]{32}$/i.test(text)) return text.toLowerCase();
  throw new UsageFailure(
    `${JSON.stringify(text)} is no delivery.`,
    'Give its number, or its id of 32 hex digits, as `log` shows them.',
  );
}

/** @throws CommandFailure where there is none */
export async function findRecord(
  store: Pick<Store, 'get' | 'list' | 'counts' | 'rejections'>,
  text: string,
  endpoint: string | undefined,
): Promise<DeliveryWithBody> {
  if (endpoint !== undefined) await checkEndpoints(store, [endpoint]);
  const record = await store.get(readKey(text), endpoint);
  if (record !== undefined && (endpoint === undefined || record.endpoint === endpoint)) return record;
  throw new CommandFailure(`There is no delivery ${text} here.`, { hint: '`log` lists what there is.' });
}
