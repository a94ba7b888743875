import { ConfigurationError } from '../../errors.ts';
import { type PrunableState, prunableStates } from '../delivery-states.ts';

/** The deliveries that `prune` deletes. `before` or `keep` is required. With both, a delivery must match both. */
export interface PruneOptions {
  /** Delete deliveries that were received before this time, and rejections that were counted before it. */
  readonly before?: Date | undefined;
  /** Keep this number of the newest deliveries, and delete the others. */
  readonly keep?: number | undefined;
  /**
   * The states of the deliveries to delete. `received`, `queued` and `running` are never deleted.
   * @default ['processed', 'ignored']
   */
  readonly states?: readonly PrunableState[] | undefined;
}

/** {@link PruneOptions}, checked and with defaults. */
export interface PruneRequest {
  readonly before: Date | undefined;
  readonly keep: number | undefined;
  readonly states: readonly PrunableState[];
}

const prunable: readonly string[] = prunableStates;

/**
 * Check the states to prune.
 * @throws ConfigurationError that names the option, if a state must not be pruned
 */
export function checkPrunableStates(states: readonly string[], option: string): void {
  for (const state of states) {
    if (prunable.includes(state)) continue;
    throw new ConfigurationError(
      option,
      `contains ${JSON.stringify(state)}. Use one or more of ${prunable.join(', ')}.`,
    );
  }
}

/**
 * Check the options of `prune`.
 * @throws ConfigurationError that names the option
 */
export function readPruneOptions({
  before,
  keep,
  states = ['processed', 'ignored'],
  ...unknown
}: PruneOptions = {}): PruneRequest {
  for (const name of Object.keys(unknown)) {
    throw new ConfigurationError(name, 'is unknown. Use before, keep or states.');
  }
  if (before === undefined && keep === undefined) {
    throw new ConfigurationError('before', 'or the option "keep" is required.');
  }
  if (before !== undefined && !(before instanceof Date && !Number.isNaN(before.getTime()))) {
    throw new ConfigurationError('before', 'must be a valid Date.');
  }
  // A negative number would keep nothing.
  if (keep !== undefined && !(Number.isSafeInteger(keep) && keep >= 0)) {
    throw new ConfigurationError('keep', 'must be a whole number, 0 or more.');
  }
  checkPrunableStates(states, 'states');
  return { before, keep, states };
}
