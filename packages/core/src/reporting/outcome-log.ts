import { asksForRetry, EventHandlingError } from '../errors.ts';
import type { Outcome, Rejected } from '../outcome/outcome.ts';
import { rejections } from '../outcome/rejections.ts';
import type { DeadLetter } from '../stores/rules/dead-letter.ts';
import type { Logger } from './logger.ts';
import type { Observation } from './observation.ts';

/** Log an outcome in one line, together with the error that caused it. */
export function logOutcome(
  logger: Logger,
  endpoint: string,
  outcome: Outcome,
  observation: Observation,
): void {
  if (outcome.status !== 'rejected') {
    const { status } = outcome;
    logger.info({ ...detailsOf(observation, endpoint), status }, `spiderfoot webhook ${status}`);
  } else if (outcome.error instanceof EventHandlingError) {
    logHandlerFailures(logger, endpoint, outcome.error, observation);
  } else {
    logRejection(logger, endpoint, outcome, observation);
  }
}

/** Log a delivery whose process ended during too many attempts. The last attempt did not log it, because it never finished. */
export function logLostDelivery(logger: Logger, letter: DeadLetter): void {
  const { id, endpoint, eventType, attempts, handlers, error: err } = letter;
  logger.error(
    { endpoint, phase: 'handled', attempts, id, eventType, handlers, err, hint: replayHint },
    'spiderfoot webhook: the process ended during too many attempts; the delivery is a dead letter',
  );
}

const replayHint = 'Fix the cause, then replay the delivery from the store.';

function detailsOf({ phase, attempt, ip, id, eventType, timings, trace }: Observation, endpoint: string) {
  const ms = Math.round(timings().total * 1000) / 1000;
  return { endpoint, phase, attempt, ip, ms, id, eventType, ...trace?.logFields };
}

function logHandlerFailures(
  logger: Logger,
  endpoint: string,
  error: EventHandlingError,
  observation: Observation,
): void {
  const { nextAttempt, isDeadLetter } = observation;
  const details = {
    ...detailsOf(observation, endpoint),
    handlers: error.failures.map(({ handler }) => handler),
    nextAttempt,
  };
  if (isDeadLetter) {
    logger.error(
      { ...details, err: error, hint: replayHint },
      'spiderfoot webhook: handlers failed; the delivery is a dead letter',
    );
  } else if (asksForRetry(error)) {
    const { retryAfter, message: reason } = error;
    logger.info({ ...details, retryAfter, reason }, 'spiderfoot webhook: handlers asked for a later attempt');
  } else {
    const { hint } = rejections.handler_failed;
    logger.error({ ...details, err: error, hint }, 'spiderfoot webhook: handlers failed');
  }
}

function logRejection(logger: Logger, endpoint: string, rejected: Rejected, observation: Observation): void {
  const { code, issues, error: err, hint = rejections[code].hint } = rejected;
  const details = {
    ...detailsOf(observation, endpoint),
    code,
    issues,
    hint,
    ...(err !== undefined && { err }),
  };
  const message = `spiderfoot webhook rejected: ${code}`;
  if (observation.isDeadLetter) logger.error(details, `${message}; the delivery is a dead letter`);
  else if (err !== undefined) logger.error(details, message);
  else logger.warn(details, message);
}
