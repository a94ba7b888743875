import type { DeliveryFields } from '@spiderfoot-webhooks/core/stores';
import type { DeliveryRecord, DeliveryWithBody } from '@spiderfoot-webhooks/sqlite';
import { printJson } from '../terminal/print-json.ts';

/** Print deliveries as lines of JSON, in the one shape that every command prints. */
export async function printDeliveries(
  ...records: readonly (DeliveryRecord | DeliveryWithBody)[]
): Promise<void> {
  const { deliveryJson } = await import('@spiderfoot-webhooks/core/stores');
  await printJson(...records.map((record) => deliveryJson(withKey(record))));
}

function withKey({ number, ...record }: DeliveryRecord | DeliveryWithBody): DeliveryFields {
  return { ...record, key: String(number) };
}
