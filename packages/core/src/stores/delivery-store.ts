import type { CommitListener } from './durable/commit-listeners.ts';
import type { Count, CountOptions } from './records/delivery-counts.ts';
import type { ExportFormat } from './records/delivery-export.ts';
import type { DeliveryFilter } from './records/delivery-filter.ts';
import type { DeliveryPage, ListOptions } from './records/delivery-page.ts';
import type { DeliveryWithBody } from './records/delivery-record.ts';
import type { ImportedDeliveries } from './records/imported-deliveries.ts';
import type { PruneOptions } from './records/prune-options.ts';
import type {
  RejectionOptions,
  RejectionWithRequest,
  UnauthenticatedRejections,
} from './records/rejection-counts.ts';
import type { StoreHealth } from './records/store-health.ts';
import type { ReplayOptions } from './rules/replays.ts';

/** A method that a store may lack, or `text` for the filter `text` of its methods. */
export type StoreCapability =
  | Exclude<keyof DeliveryStore, 'capabilities' | 'import' | 'onCommit' | 'close'>
  | 'text';

/**
 * The stored deliveries, for an operator: the command line and the inspector use this interface.
 *
 * A method that the store lacks is not in `capabilities`. If you call it, it rejects with a `MissingCapabilityError`, or
 * throws one if it does not return a promise.
 */
export interface DeliveryStore {
  /** The methods that this store has. Check it before you show or call an optional method. */
  readonly capabilities: ReadonlySet<StoreCapability>;
  /**
   * List deliveries, newest first by default. Deliveries that arrive between two pages do not change the second page, unless
   * the oldest are listed first.
   */
  list(options?: ListOptions): Promise<DeliveryPage>;
  /**
   * Return one delivery with its body.
   * @param which its key or its id. A key has precedence
   * @param endpoint the endpoint of the id, if several endpoints have the same id. Without it, the newest is returned
   */
  get(which: string, endpoint?: string): Promise<DeliveryWithBody | undefined>;
  /** Count deliveries by state, event type, endpoint and time. */
  counts(options?: CountOptions): Promise<readonly Count[]>;
  /** Return the deliveries that were rejected before they were authenticated. */
  rejections(options?: RejectionOptions): Promise<UnauthenticatedRejections>;
  /**
   * Return one of the latest rejections with its request.
   * @param key its key in `rejections().latest`
   * @returns `undefined` if the rejection is unknown or no longer kept
   */
  rejection(key: string): Promise<RejectionWithRequest | undefined>;
  /**
   * Run the handlers of deliveries again. By default, all handlers of a `processed` delivery run again. For any other
   * delivery, only the handlers that have not succeeded run. A receiver runs them if the store is its `log` or its `queue`.
   *
   * A settled delivery is put back into the queue, and its attempts start again at 1. If a delivery is queued and waits for a
   * later attempt, this attempt is due now. Its attempts and its handlers' records are kept.
   *
   * Deliveries that are due or running are not changed. A filter also skips `received` deliveries whose handlers may be
   * running. To replay such a delivery, pass its key.
   * @param which a delivery's key, or a filter. `{}` selects every delivery
   * @returns the number of deliveries that were put back into the queue or made due
   * @throws ConfigurationError that names the invalid option or filter
   * @example
   * await store.replay({ state: 'dead' }); // the handlers that have not succeeded
   * await store.replay({ state: 'queued' }); // the retries that are due later
   * await store.replay('7', { handlers: 'all' });
   */
  replay(which: string | DeliveryFilter, options?: ReplayOptions): Promise<number>;
  /**
   * Delete settled deliveries.
   * @returns the number of deleted deliveries
   */
  prune(options: PruneOptions): Promise<number>;
  /**
   * Export deliveries with their bodies, newest first, one per line. The text is streamed in parts.
   * @example
   * await pipeline(Readable.from(store.export('jsonl')), createWriteStream('deliveries.jsonl'));
   */
  export(format: ExportFormat, filter?: DeliveryFilter): AsyncIterable<string>;
  /**
   * Store deliveries of another store as they are: states, attempts, handler records and times. Implement this in a store
   * to which deliveries can be copied.
   *
   * Deliveries that the store knows are not changed, so an interrupted import can be repeated. A `running` delivery is
   * stored as `queued`. Deliveries without an `id` are skipped. A count of rejections is raised, if it is lower. When the
   * promise resolves, the deliveries are durable.
   * @returns the number of new deliveries
   */
  import?(imported: ImportedDeliveries): Promise<number>;
  /** Return the numbers of deliveries that are not settled, for all endpoints together. */
  health(): Promise<StoreHealth>;
  /** As in `DeliveryQueue`. */
  onCommit?(listener: CommitListener): void;
  /** Stop all workers, write pending changes and release the store. Close the receivers first. */
  close(): Promise<void>;
}

/** The store lacks the method that was called. Check `store.capabilities` first. */
export class MissingCapabilityError extends Error {
  override readonly name = 'MissingCapabilityError';
  readonly code = 'missing_capability';
  /** The capability that the store lacks. */
  readonly capability: StoreCapability;

  /** @param reason the alternative, as a sentence for the message */
  constructor(capability: StoreCapability, reason: string) {
    super(`This store does not support "${capability}". ${reason}`);
    this.capability = capability;
  }
}
