import type { DeliveryLog, DeliveryQueue, DeliveryStore } from '@spiderfoot-webhooks/core/stores';

/** The queue and the stored deliveries of any engine. A queue in Redis is not a log, so it lacks `record`. */
export interface Store
  extends DeliveryQueue,
    DeliveryStore,
    Partial<Pick<Required<DeliveryLog>, 'record' | 'recordRejection'>> {
  /**
   * Wait until the store can be used. Resolves at once for a file, which `openStore` has opened.
   * @throws ConfigurationError if the server can be reached, but the location or the server must be changed
   * @throws StoreUnavailableError if the server cannot be reached now
   */
  ready(): Promise<void>;
  health: DeliveryStore['health'];
}
