import type { MaybePromise } from '../../data/promises.ts';
import type { HandlerRecord } from '../records/handler-record.ts';
import type { DeadLetter } from '../rules/dead-letter.ts';
import type { Settlement } from '../rules/settlement.ts';
import type { StoredDelivery } from '../stored-delivery.ts';

/**
 * The queue of one endpoint, as the worker of `createWorker` uses it. Implement it for a new store.
 *
 * A key identifies a stored delivery: a row number or a job id, as a string. Times are milliseconds since 1970.
 *
 * Some methods get a function that returns the plan of the operation. Call it once, at the beginning of the transaction
 * and not before, because the worker's state may change between the call and the transaction. A store that several
 * processes do not share may return its results without a promise.
 */
export interface WorkerStore {
  /**
   * Store a delivery durably.
   * @param mayClaim whether the worker has a place for it. If `true`, the store may claim the delivery in the same
   *   transaction, which saves another one
   * @returns the claim, or `accepted` if the delivery waits in the queue, or `duplicate` if it is stored and
   *   {@link isTaken}
   */
  enqueue(delivery: StoredDelivery, mayClaim: () => boolean): MaybePromise<Claim | 'accepted' | 'duplicate'>;
  /** Claim due deliveries, the oldest first: count an attempt, and let no other worker claim them. */
  claim(plan: () => ClaimPlan): MaybePromise<Claimed>;
  /**
   * Write the result of an attempt, but only if the claim is still valid, because another worker may have the delivery now.
   * Compare the owner of the lease and the number of the attempt. If the promise rejects, the worker retries.
   * @param settlement returns the changes to write, or `undefined` if the worker no longer runs this claim
   * @param options `canWait`: no delivery waits for the place of this one. A store that groups its writes may wait a few
   *   milliseconds for the next write
   * @returns whether the result was written
   */
  settle(
    claim: Claim,
    settlement: () => Settlement | undefined,
    options: { readonly canWait: boolean },
  ): MaybePromise<boolean>;
  /**
   * Put claimed deliveries back into the queue, due at once and without counting a failure, because closing did not
   * wait for them. Ignore deliveries whose claims are no longer valid.
   */
  release(keys: readonly string[]): MaybePromise<void>;
  /**
   * Required if several processes share the store. A durable store of one process may instead put running deliveries
   * back into the queue when it is opened, and count that as a failure.
   */
  readonly leases?: Leases | undefined;
}

/**
 * A claim is valid for the duration of a lease, which its worker renews. When the lease has expired, another process may
 * claim the delivery, because the first process has ended or has stalled.
 */
export interface Leases {
  /** The duration of a lease, in milliseconds. The worker renews its leases three times during it. */
  readonly duration: number;
  /** Milliseconds between two calls of `tidy` and `claim`, which find deliveries that other processes have queued. */
  readonly pollInterval: number;
  /**
   * Renew the leases of claimed deliveries.
   * @returns the keys of the deliveries whose claims are still valid
   */
  extend(renewal: () => Renewal): MaybePromise<readonly string[]>;
  /**
   * Turn deliveries that have lost their process too often into dead letters. A store whose times come from several
   * machines, or from a clock that can be set back, corrects times here that are too far in the future.
   * @returns the new dead letters, with the reason `lost`
   */
  tidy(plan: () => TidyPlan): MaybePromise<readonly LostDelivery[]>;
}

/** A delivery that a worker may run until its lease expires. */
export interface Claim {
  readonly key: string;
  readonly delivery: StoredDelivery;
  /** The number of the attempt. 1 for the first. */
  readonly attempt: number;
  /** The number of attempts before this one that failed or lost their process. */
  readonly failures: number;
  /** The handlers' records of earlier attempts. */
  readonly handlers: readonly HandlerRecord[];
  /** Whether it is the suspect that a {@link ClaimPlan} allows. */
  readonly isSuspect: boolean;
  /**
   * Run the attempt. Implement it in a store whose deliveries must run in the promise chain of their own request,
   * because the platform cancels the work of a request when that request ends.
   * @default the worker runs the attempt
   */
  readonly enter?: ((run: () => Promise<void>) => void) | undefined;
}

/** The deliveries that the worker can claim now. */
export interface ClaimPlan {
  /** The maximum number of deliveries to claim. May be 0. */
  readonly places: number;
  readonly now: number;
  /** When the leases of the claimed deliveries expire. 0 for a store without leases. */
  readonly leaseUntil: number;
  /**
   * The keys of the deliveries that this worker runs. Do not claim them, even if their leases have expired, because the
   * renewal may be late.
   */
  readonly held: readonly string[];
  /**
   * Which deliveries with an expired lease may be claimed. An expired lease counts as a failure.
   *
   * - `none`: the clock was changed, so leases only seem to have expired
   * - `unsuspected`: those with fewer than `suspectFrom` failures, this one included
   * - `all`: in addition, at most one that has `suspectFrom` failures or more, but fewer than `maxAttempts`
   */
  readonly takeOver: 'none' | 'unsuspected' | 'all';
  /** See `suspectFrom`. */
  readonly suspectFrom: number;
  /** A delivery with this number of failures is not claimed, because `tidy` makes it a dead letter. */
  readonly maxAttempts: number;
}

/** The deliveries that a store has claimed. */
export interface Claimed {
  readonly claims: readonly Claim[];
  /**
   * When the next delivery becomes due, or the next lease expires, after `now` of the plan. `undefined` if the store
   * calls the worker's `wake()` at that time, or if nothing is left.
   */
  readonly nextDue: number | undefined;
}

/** The leases that the worker renews. */
export interface Renewal {
  readonly keys: readonly string[];
  /** The new end of the leases. */
  readonly leaseUntil: number;
}

/** The limits of `tidy` now. */
export interface TidyPlan {
  readonly now: number;
  /** The keys of the deliveries that this worker runs. Do not make them dead letters. */
  readonly held: readonly string[];
  /** Whether expired leases are reliable. If not, the clock was changed. Then do not make any delivery a dead letter. */
  readonly areExpiriesReliable: boolean;
  /** An expired lease counts as a failure. A delivery with this number of failures is a dead letter. */
  readonly maxAttempts: number;
}

/** A dead letter whose last process was lost. */
export interface LostDelivery {
  readonly key: string;
  readonly letter: DeadLetter;
}
