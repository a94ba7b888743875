import type { DeliveryFields } from '@spiderfoot-webhooks/core/stores';
import { printJson } from '../terminal/print-json.ts';

/** Print deliveries as lines of JSON, in the one shape that every command prints. */
export async function printDeliveries(...deliveries: readonly DeliveryFields[]): Promise<void> {
  const { deliveryJson } = await import('@spiderfoot-webhooks/core/stores');
  await printJson(...deliveries.map(deliveryJson));
}
