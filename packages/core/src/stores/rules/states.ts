import type { LoggedDelivery } from '../delivery-log.ts';
import type { DeliveryState, StoredState } from '../delivery-states.ts';

/** Return whether a delivery in this state is processed or queued. If it is sent again, it is a duplicate. */
export function isTaken(state: StoredState): boolean {
  return state === 'processed' || state === 'queued' || state === 'running';
}

/**
 * Return whether a log entry may replace the earlier record of its delivery. A processed or queued delivery keeps its
 * state. A delivery that has been attempted does not become `rejected` or `ignored`: a retry that arrives too late, or
 * after a change of `events`, must not change its result.
 * @param state the state of the entry
 */
export function mayReplace(known: Pick<LoggedDelivery, 'state' | 'attempt'>, state: DeliveryState): boolean {
  if (isTaken(known.state)) return false;
  return known.attempt === 0 || (state !== 'rejected' && state !== 'ignored');
}
