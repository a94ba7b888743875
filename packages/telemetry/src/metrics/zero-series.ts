import type { Instruments } from './instruments.ts';
import {
  acceptedOutcomes,
  attemptResults,
  authenticatedCodes,
  deadLetterReasons,
  errorSources,
  other,
  runResults,
  unauthenticatedCodes,
} from './labels.ts';

/** Create every series of a receiver with the value 0, so that the first increase of each is visible in Prometheus. */
export function addZeroSeries(instruments: Instruments, endpoint: string, types: readonly string[]): void {
  for (const type of [...types, other]) {
    for (const outcome of acceptedOutcomes)
      instruments.add('deliveries', { endpoint, type, outcome, code: '' }, 0);
    for (const code of authenticatedCodes)
      instruments.add('deliveries', { endpoint, type, outcome: 'rejected', code }, 0);
  }
  for (const code of unauthenticatedCodes) instruments.add('unauthenticated', { endpoint, code }, 0);
  for (const result of attemptResults) instruments.add('attempts', { endpoint, result }, 0);
  for (const reason of deadLetterReasons) instruments.add('deadLetters', { endpoint, reason }, 0);
  for (const source of errorSources) instruments.add('errors', { endpoint, source }, 0);
  instruments.add('retries', { endpoint }, 0);
  instruments.set('lastEvent', { endpoint }, 0);
  for (const duration of [
    'receiveDuration',
    'bodyDuration',
    'verifyDuration',
    'handleDuration',
    'commitDuration',
    'queueTime',
  ] as const)
    instruments.prepare(duration, { endpoint });
}

/** Create the series of a handler with the value 0. */
export function addZeroRuns(instruments: Instruments, endpoint: string, handler: string): void {
  for (const result of runResults) instruments.add('handlerRuns', { endpoint, handler, result }, 0);
  instruments.prepare('handlerDuration', { endpoint, handler });
}
