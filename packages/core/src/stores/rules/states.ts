import type { LoggedDelivery } from '../delivery-log.ts';
import type { DeliveryState, QueueState } from '../stored-delivery.ts';

/** Whether a delivery in this state is done, or about to be done by a queue: sent again it is a duplicate. */
export function isTaken(state: DeliveryState | QueueState): boolean {
  return state === 'processed' || state === 'queued' || state === 'running';
}

/**
 * Whether an entry of a log may take the place of what is known of its delivery. What is taken stays so; and what has been
 * tried is not made `rejected` or `ignored` by a retry that comes too late, or after a change of `events`.
 * @param state the entry's
 */
export function mayReplace(known: Pick<LoggedDelivery, 'state' | 'attempt'>, state: DeliveryState): boolean {
  if (isTaken(known.state)) return false;
  return known.attempt === 0 || (state !== 'rejected' && state !== 'ignored');
}
