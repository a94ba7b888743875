import type { HandlerRunDetails, Outcome, OutcomeDetails, Receiver } from '@spiderfoot-webhooks/core';
import type { Instruments } from './instruments.ts';
import {
  authenticatedCodes,
  boundedLabel,
  deadLetterReasons,
  errorSources,
  knownTypes,
  limitedLabel,
  runResultOf,
  unauthenticatedCodes,
} from './labels.ts';
import { addZeroRuns, addZeroSeries } from './zero-series.ts';

/** The parts of a receiver that the metrics need. A receiver with schemas of its own has them, too. */
export type ObservableReceiver = Pick<
  Receiver,
  'onError' | 'onDeadLetter' | 'onHandlerRun' | 'endpoint' | 'handlerNames'
> & {
  onOutcome(listener: (outcome: Outcome, details: OutcomeDetails) => unknown): unknown;
};

/** The number of handlers of a receiver that have a label of their own. A program may register handlers without end. */
const maxHandlers = 200;

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
  const { endpoint } = receiver;
  const types = [...new Set([...knownTypes, ...ownTypes])];
  const typeLabel = boundedLabel(types);
  const authenticatedCode = boundedLabel(authenticatedCodes);
  const unauthenticatedCode = boundedLabel(unauthenticatedCodes);
  const source = boundedLabel(errorSources);
  const reason = boundedLabel(deadLetterReasons);
  const handlerLabel = limitedLabel(maxHandlers);
  addZeroSeries(instruments, endpoint, types);

  function received(outcome: Outcome, { eventType, receivedAt, timings }: OutcomeDetails): void {
    const labels = { endpoint };
    instruments.record('receiveDuration', labels, timings.total / 1000);
    if (timings.body !== undefined) instruments.record('bodyDuration', labels, timings.body / 1000);
    if (timings.check !== undefined) instruments.record('verifyDuration', labels, timings.check / 1000);
    if (outcome.status === 'rejected' && outcome.id === undefined) {
      instruments.add('unauthenticated', { endpoint, code: unauthenticatedCode(outcome.code) });
      return;
    }
    const code = outcome.status === 'rejected' ? authenticatedCode(outcome.code) : '';
    instruments.add('deliveries', { endpoint, type: typeLabel(eventType), outcome: outcome.status, code });
    instruments.set('lastEvent', labels, receivedAt.getTime() / 1000);
    if (timings.handle === undefined) return;
    if (outcome.status === 'accepted') instruments.record('commitDuration', labels, timings.handle / 1000);
    else if (outcome.status === 'processed' || (outcome.status === 'rejected' && code === 'handler_failed'))
      instruments.record('handleDuration', labels, timings.handle / 1000);
  }

  function attempted(outcome: Outcome, details: OutcomeDetails): void {
    const { attempt, nextAttempt, receivedAt, timings } = details;
    const labels = { endpoint };
    instruments.add('attempts', { endpoint, result: attemptResultOf(outcome) });
    if (nextAttempt !== undefined) instruments.add('retries', labels);
    if (timings.handle !== undefined) instruments.record('handleDuration', labels, timings.handle / 1000);
    // A clock that was set back would make the time negative.
    if (attempt === 1)
      instruments.record(
        'queueTime',
        labels,
        Math.max(0, Date.now() - timings.total - receivedAt.getTime()) / 1000,
      );
  }

  function ran(run: HandlerRunDetails): void {
    const handler = handlerLabel(run.handler);
    instruments.add('handlerRuns', { endpoint, handler, result: runResultOf(run) });
    instruments.record('handlerDuration', { endpoint, handler }, run.duration / 1000);
  }

  receiver.onOutcome((outcome, details) => {
    if (details.phase === 'received') received(outcome, details);
    else attempted(outcome, details);
  });
  receiver.onHandlerRun(ran);
  receiver.onDeadLetter((letter) =>
    instruments.add('deadLetters', { endpoint, reason: reason(letter.reason) }),
  );
  receiver.onError((_error, details) =>
    instruments.add('errors', { endpoint, source: source(details.source) }),
  );

  const prepared = new Set<string>();
  return () => {
    for (const name of receiver.handlerNames) {
      const handler = handlerLabel(name);
      if (prepared.has(handler)) continue;
      prepared.add(handler);
      addZeroRuns(instruments, endpoint, handler);
    }
  };
}

function attemptResultOf(outcome: Outcome): 'processed' | 'failed' | 'rejected' {
  if (outcome.status !== 'rejected') return 'processed';
  return outcome.code === 'handler_failed' ? 'failed' : 'rejected';
}
