/**
 * The rules that every store keeps, for one of your own; what it has to be is `DeliveryLog` and `DeliveryQueue` of the main
 * entry.
 *
 * - `record` asks {@link mayReplace}
 * - `enqueue` answers `duplicate` where {@link isTaken}
 * - `start` throws {@link endpointTaken}
 * - a failed attempt that is not the last one waits for {@link retryDelay}, or until the `nextAttempt` of its result
 * - a delivery that is not attempted again is reported, as {@link deadLetterOf} describes it
 */
export { type Backoff, retryDelay } from './backoff.ts';
export { deadLetterOf } from './dead-letter.ts';
export { endpointTaken } from './endpoint.ts';
export { selectTypes, type TypeSelection, typeSelectors } from './selection.ts';
export { isTaken, mayReplace } from './states.ts';
