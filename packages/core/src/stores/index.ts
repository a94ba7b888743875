/**
 * The rules that every store follows, for use in a store of your own. A store implements `DeliveryLog`,
 * `DeliveryQueue` or both, from the main entry.
 *
 * - `record` replaces an entry only if {@link mayReplace} allows it
 * - `enqueue` returns `duplicate` if {@link isTaken} does
 * - `start` throws {@link endpointTaken}
 * - after a failed attempt, the next one waits for {@link retryDelay}, or until the `nextAttempt` of the result
 * - a delivery that is not attempted again is reported as the {@link deadLetterOf} it
 */
export { type Backoff, retryDelay } from './backoff.ts';
export { deadLetterOf } from './dead-letter.ts';
export { endpointTaken } from './endpoint.ts';
export { selectTypes, type TypeSelection, typeSelectors } from './selection.ts';
export { isTaken, mayReplace } from './states.ts';
