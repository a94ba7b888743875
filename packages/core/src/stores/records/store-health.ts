/** The numbers of deliveries that are not settled, for all endpoints of a store together. */
export interface StoreHealth {
  /** Whether the store can be used. */
  readonly ready: boolean;
  /** Queued deliveries that are due. */
  readonly waiting: number;
  /** Queued deliveries whose handlers are running, or whose process ended while they were running. */
  readonly running: number;
  /** Queued deliveries that wait for a retry. */
  readonly delayed: number;
  /** Dead letters. */
  readonly dead: number;
  /** The time at which the oldest queued delivery (waiting or delayed) was received. `undefined` if none is queued. */
  readonly oldest: Date | undefined;
}
