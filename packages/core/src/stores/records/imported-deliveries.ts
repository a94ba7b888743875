import type { DeliveryWithBody } from './delivery-record.ts';
import type { RejectionCount } from './rejection-counts.ts';

/** Deliveries and rejections of another store, for `DeliveryStore.import`. */
export interface ImportedDeliveries {
  /** The deliveries, oldest first. Their keys are ignored, because each store has its own. */
  readonly deliveries: readonly DeliveryWithBody[];
  /** The counts of unauthenticated rejections. */
  readonly rejections?: readonly RejectionCount[] | undefined;
}
