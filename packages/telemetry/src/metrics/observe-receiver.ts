import type { HandlerRunDetails, Outcome, OutcomeDetails, Receiver } from '@spiderfoot-webhooks/core';
import type { Instruments } from './instruments.ts';
import { knownTypes, runResultOf } from './labels.ts';
import { createReceiverSeries } from './receiver-series.ts';

/** The parts of a receiver that the metrics need. A receiver with schemas of its own has them, too. */
export type ObservableReceiver = Pick<
  Receiver,
  'onError' | 'onDeadLetter' | 'onHandlerRun' | 'endpoint' | 'handlerNames'
> & {
  onOutcome(listener: (outcome: Outcome, details: OutcomeDetails) => unknown): unknown;
};

/**
 * Record what a receiver reports.
 * @param ownTypes the event types of the receiver's option `schemas`
 * @returns a function that creates the series of the handlers that were registered since the last call
 */
export function observeReceiver(
  receiver: ObservableReceiver,
  instruments: Instruments,
  ownTypes: readonly string[],
): () => void {
  const types = [...new Set([...knownTypes, ...ownTypes])];
  const series = createReceiverSeries(instruments, receiver.endpoint, types);

  function received(outcome: Outcome, { eventType, receivedAt, timings }: OutcomeDetails): void {
    const { body, check, handle, total } = timings;
    series.receiveDuration(total / 1000);
    if (body !== undefined) series.bodyDuration(body / 1000);
    if (check !== undefined) series.verifyDuration(check / 1000);
    if (outcome.status === 'rejected' && outcome.id === undefined) {
      series.unauthenticated(outcome.code)();
      return;
    }
    const { accepted, rejected } = series.deliveries(eventType);
    if (outcome.status === 'rejected') rejected(outcome.code)();
    else accepted(outcome.status)();
    series.lastEvent(receivedAt.getTime() / 1000);
    if (handle === undefined) return;
    if (outcome.status === 'accepted') series.enqueueDuration(handle / 1000);
    else if (hasRun(outcome)) series.handleDuration(handle / 1000);
  }

  function attempted(outcome: Outcome, details: OutcomeDetails): void {
    const { attempt, nextAttempt, receivedAt, timings } = details;
    series.attempts(attemptResultOf(outcome))();
    if (nextAttempt !== undefined) series.retries();
    if (timings.handle !== undefined) series.handleDuration(timings.handle / 1000);
    // A clock that was set back would make the time negative.
    if (attempt === 1)
      series.queueTime(Math.max(0, Date.now() - timings.total - receivedAt.getTime()) / 1000);
  }

  function ran(run: HandlerRunDetails): void {
    const { runs, duration } = series.handlers(run.handler);
    runs(runResultOf(run))();
    duration(run.duration / 1000);
  }

  receiver.onOutcome((outcome, details) => {
    if (details.phase === 'received') received(outcome, details);
    else attempted(outcome, details);
  });
  receiver.onHandlerRun(ran);
  receiver.onDeadLetter(({ reason }) => series.deadLetters(reason)());
  receiver.onError((_error, { source }) => series.errors(source)());

  return () => {
    for (const name of receiver.handlerNames) series.handlers(name);
  };
}

/** Return whether the handlers of a delivery have run. */
function hasRun(outcome: Outcome): boolean {
  return (
    outcome.status === 'processed' || (outcome.status === 'rejected' && outcome.code === 'handler_failed')
  );
}

function attemptResultOf(outcome: Outcome): 'processed' | 'failed' | 'rejected' {
  if (outcome.status !== 'rejected') return 'processed';
  return outcome.code === 'handler_failed' ? 'failed' : 'rejected';
}
