import type { DeliveryLog, DeliveryQueue, DeliveryStore } from '@spiderfoot-webhooks/core/stores';

/** The queue, the log and the stored deliveries of any engine. */
export interface Store
  extends DeliveryQueue,
    DeliveryStore,
    Pick<Required<DeliveryLog>, 'record' | 'recordRejection'> {
  /** Wait until the store can be used. Resolves at once for a file, which `openStore` has opened. */
  ready(): Promise<void>;
  health: DeliveryStore['health'];
}
