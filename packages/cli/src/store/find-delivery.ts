import type { DeliveryStore, DeliveryWithBody } from '@spiderfoot-webhooks/core/stores';
import { CommandFailure } from '../failure/failure.ts';
import { checkEndpoints } from '../filters/known-endpoints.ts';

/**
 * Find a delivery by its key or its id.
 * @throws CommandFailure if it does not exist
 */
export async function findRecord(
  store: Pick<DeliveryStore, 'capabilities' | 'get' | 'list' | 'counts' | 'rejections'>,
  text: string,
  endpoint: string | undefined,
): Promise<DeliveryWithBody> {
  if (endpoint !== undefined) await checkEndpoints(store, [endpoint]);
  const record = await store.get(isId(text) ? text.toLowerCase() : text, endpoint);
  if (record !== undefined && (endpoint === undefined || record.endpoint === endpoint)) return record;
  throw new CommandFailure(`The store contains no delivery ${JSON.stringify(text)}.`, {
    hint: '`log` lists the deliveries. Pass the key or the id (32 hex digits) of one of them.',
  });
}

function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text);
}
