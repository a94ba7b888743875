import { type ErrorDetails, EventHandlingError, type Receiver } from '@spiderfoot-webhooks/core';
import { isAppFailure } from '../app/forward-to-app.ts';
import { messageOf, type Report } from './report.ts';

/** What happens after a failed attempt: the queue retries, the delivery is a dead letter, or the sender retries. */
type NextStep = 'retry' | 'dead_letter' | 'sender';

/** The failure of one handler or forwarder. */
export interface ReportedFailure extends Pick<ErrorDetails, 'endpoint' | 'id' | 'eventType' | 'attempt'> {
  readonly handler: string;
  readonly message: string;
  readonly next: NextStep;
  /** The time of the retry, if the queue retries. */
  readonly nextAttempt: Date | undefined;
}

/** Report the errors of a receiver. Failed handlers are reported with the outcome, which decides the next step. */
export function reportErrors(receiver: Receiver, report: Pick<Report, 'failed' | 'handlerFailed'>): void {
  const failed = new Map<string, readonly [EventHandlingError, ErrorDetails]>();
  const keyOf = (phase: string, id: string | undefined) => `${phase} ${id}`;

  receiver.onError((error, details) => {
    // The line of the request shows it.
    if (isAppFailure(error)) return;
    if (!(error instanceof EventHandlingError)) return report.failed(error, details);
    failed.set(keyOf(details.phase, details.id), [error, details]);
  });
  receiver.onOutcome(({ id }, { phase, nextAttempt }) => {
    const key = keyOf(phase, id);
    const [error, details] = failed.get(key) ?? [];
    if (error === undefined || details === undefined) return;
    failed.delete(key);
    const { endpoint, eventType, attempt } = details;
    const queued = nextAttempt === undefined ? 'dead_letter' : 'retry';
    const next: NextStep = phase === 'handled' ? queued : 'sender';
    const common = { endpoint, id, eventType, attempt, next, nextAttempt };
    for (const { handler, error: reason } of error.failures) {
      report.handlerFailed({ ...common, handler, message: messageOf(reason) });
    }
  });
}
