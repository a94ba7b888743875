// This module imports nothing, because the command loads it to list the states in its help.

const logStates = ['received', 'processed', 'failed', 'ignored', 'rejected'] as const;
const queueStates = ['queued', 'running', 'dead'] as const;

/** The state of a delivery in a log. `received` is recorded before the first handler runs. */
export type DeliveryState = (typeof logStates)[number];

/** The state of a delivery in a queue. A `dead` delivery has used up its attempts. */
export type QueueState = (typeof queueStates)[number];

/** The state of a delivery in a store, which can be a log and a queue. */
export type StoredState = DeliveryState | QueueState;

/** All states of a delivery in a store. */
export const storedStates: readonly StoredState[] = [...logStates, ...queueStates];

/** The states in which a delivery may be deleted. */
export const prunableStates = [
  'processed',
  'ignored',
  'rejected',
  'failed',
  'dead',
] as const satisfies readonly StoredState[];

/** A state in which a delivery may be deleted. */
export type PrunableState = (typeof prunableStates)[number];
