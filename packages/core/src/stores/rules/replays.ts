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
 * Return whether `replay` puts a delivery back into the queue. A queued or running delivery is not changed. A delivery
 * without an id was written by another program, and has no handlers.
 * @param options options that {@link readReplayOptions} has returned
 */
export function isReplayable(
  { id, state }: Pick<DeliveryRecord, 'id' | 'state'>,
  { handlers }: ReplayOptions = {},
): boolean {
  if (id === undefined || state === 'queued' || state === 'running') return false;
  return state !== 'processed' || handlers !== 'failed';
}

/**
 * Return the handler records of a delivery after `replay` has put it back into the queue. The handlers of which the record
 * says that they have succeeded do not run again.
 * @param options options that {@link readReplayOptions} has returned
 */
export function handlersAfterReplay(
  { state, handlers: records }: Pick<DeliveryRecord, 'state' | 'handlers'>,
  { handlers }: ReplayOptions = {},
): readonly HandlerRecord[] {
  if (state === 'processed') return [];
  return handlers === 'all' ? records.map((record) => ({ ...record, succeeded: false })) : records;
}
