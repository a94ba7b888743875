import { ConfigurationError } from '../../errors.ts';
import { rejectUnknownOptions } from '../../options/unknown-options.ts';
import type { DeliveryRecord } from '../records/delivery-record.ts';
import type { HandlerRecord } from '../records/handler-record.ts';

/** The options of `DeliveryStore.replay`. */
export interface ReplayOptions {
  /**
   * The handlers that run again.
   *
   * - `all`: all handlers. The earlier runs of a delivery that is not `processed` remain in its record
   * - `failed`: the handlers that have not succeeded. A `processed` delivery has none, so it is not replayed
   *
   * For a delayed delivery, this chooses the handlers of its next attempt.
   * @default undefined: all handlers of a `processed` delivery, and the failed handlers of any other delivery
   * @example await store.replay({ state: 'dead' }, { handlers: 'all' });
   */
  readonly handlers?: 'all' | 'failed' | undefined;
}

/**
 * Check the options of a replay.
 * @throws ConfigurationError that names the option
 * @example
 * const { handlers } = readReplayOptions(options);
 */
export function readReplayOptions(options: ReplayOptions = {}): ReplayOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('options', "must be an object, for example { handlers: 'all' }.");
  }
  rejectUnknownOptions(options, ['handlers']);
  const { handlers } = options;
  if (handlers === undefined || handlers === 'all' || handlers === 'failed') return { handlers };
  throw new ConfigurationError('handlers', `must be "all" or "failed" (got ${JSON.stringify(handlers)}).`);
}

/**
 * Return whether a delivery is delayed: it is queued, and its next attempt is later. `replay` makes this attempt due now, and
 * resets nothing.
 * @param now milliseconds since 1970
 */
export function isDelayed(
  { state, nextAttempt }: Pick<DeliveryRecord, 'state' | 'nextAttempt'>,
  now = Date.now(),
): boolean {
  return state === 'queued' && nextAttempt !== undefined && nextAttempt.getTime() > now;
}

/**
 * Return whether `replay` changes a delivery: puts it back into the queue, or makes the next attempt of a delayed delivery due
 * now. A delivery that is due or running is not changed. A delivery without an id was written by another program, and has no
 * handlers.
 * @param options options that {@link readReplayOptions} has returned
 */
export function isReplayable(
  delivery: Pick<DeliveryRecord, 'id' | 'state' | 'nextAttempt'>,
  { handlers }: ReplayOptions = {},
): boolean {
  const { id, state } = delivery;
  if (id === undefined || state === 'running') return false;
  if (state === 'queued') return isDelayed(delivery);
  return state !== 'processed' || handlers !== 'failed';
}

/**
 * Return the handler records of a delivery after `replay`. The handlers of which the record says that they have succeeded do
 * not run again.
 * @param options options that {@link readReplayOptions} has returned
 */
export function handlersAfterReplay(
  { state, handlers: records }: Pick<DeliveryRecord, 'state' | 'handlers'>,
  { handlers }: ReplayOptions = {},
): readonly HandlerRecord[] {
  if (state === 'processed') return [];
  return handlers === 'all' ? records.map((record) => ({ ...record, succeeded: false })) : records;
}
