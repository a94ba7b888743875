/** The numbers of deliveries that are not settled, over all endpoints of a store. */
export interface StoreHealth {
  /** Whether the store can be used. */
  readonly ready: boolean;
  /** Queued deliveries that are due. */
  readonly waiting: number;
  /** Deliveries whose handlers are running behind a queue, or whose process has ended while they ran. */
  readonly running: number;
  /** Queued deliveries that wait for a retry. */
  readonly delayed: number;
  readonly dead: number;
  /** When the oldest queued delivery, waiting or delayed, was received. `undefined` if none is queued. */
  readonly oldest: Date | undefined;
}
