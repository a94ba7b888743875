import { knownSeries, limitedSeries, other } from './bounded-series.ts';
import type { Instruments } from './instruments.ts';
import {
  acceptedOutcomes,
  attemptResults,
  authenticatedCodes,
  deadLetterReasons,
  errorSources,
  runResults,
  unauthenticatedCodes,
} from './labels.ts';

/** The number of handlers of a receiver that have a label of their own. A program may register handlers without end. */
const maxHandlers = 200;

/**
 * Create every series of a receiver with the value 0, so that the first increase of each is visible in Prometheus.
 * @param types the event types that have a label of their own
 */
export function createReceiverSeries(instruments: Instruments, endpoint: string, types: readonly string[]) {
  const histogram = (
    metric:
      | 'receiveDuration'
      | 'bodyDuration'
      | 'verifyDuration'
      | 'handleDuration'
      | 'enqueueDuration'
      | 'queueTime',
  ) => instruments.histogram(metric, { endpoint });

  return {
    deliveries: knownSeries([...types, other], (type) => ({
      accepted: knownSeries(acceptedOutcomes, (outcome) =>
        instruments.counter('deliveries', { endpoint, type, outcome, code: '' }),
      ),
      rejected: knownSeries(authenticatedCodes, (code) =>
        instruments.counter('deliveries', { endpoint, type, outcome: 'rejected', code }),
      ),
    })),
    unauthenticated: knownSeries(unauthenticatedCodes, (code) =>
      instruments.counter('unauthenticated', { endpoint, code }),
    ),
    attempts: knownSeries(attemptResults, (result) => instruments.counter('attempts', { endpoint, result })),
    retries: instruments.counter('retries', { endpoint }),
    deadLetters: knownSeries(deadLetterReasons, (reason) =>
      instruments.counter('deadLetters', { endpoint, reason }),
    ),
    errors: knownSeries(errorSources, (source) => instruments.counter('errors', { endpoint, source })),
    lastEvent: instruments.gauge('lastEvent', { endpoint }),
    receiveDuration: histogram('receiveDuration'),
    bodyDuration: histogram('bodyDuration'),
    verifyDuration: histogram('verifyDuration'),
    handleDuration: histogram('handleDuration'),
    enqueueDuration: histogram('enqueueDuration'),
    queueTime: histogram('queueTime'),
    handlers: limitedSeries([], maxHandlers, (handler) => ({
      runs: knownSeries(runResults, (result) =>
        instruments.counter('handlerRuns', { endpoint, handler, result }),
      ),
      duration: instruments.histogram('handlerDuration', { endpoint, handler }),
    })),
  };
}
