import {
  createReceiver,
  type ErrorDetails,
  type Outcome,
  type OutcomeDetails,
  type ReceiverOptions,
} from '../../src/index.ts';
import { keepingLogger } from './lines.ts';
import { secret } from './sender.ts';

export const codeOf = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.code : outcome.status);

/** Create a receiver, and collect its log lines, outcomes and errors. */
export function observed(options: Partial<ReceiverOptions> = {}) {
  const { logger, lines } = keepingLogger();
  const outcomes: ({ readonly code: string } & OutcomeDetails)[] = [];
  const errors: ErrorDetails[] = [];
  const receiver = createReceiver({ secret, logger, ...options })
    .onOutcome((outcome, details) => outcomes.push({ code: codeOf(outcome), ...details }))
    .onError((_error, details) => errors.push(details));
  return { receiver, lines, outcomes, errors };
}

/** Create a handler that fails this number of times, and then succeeds. */
export function failing(times: number, error: () => Error = () => new Error('down')) {
  let calls = 0;
  return () => {
    if (++calls <= times) throw error();
  };
}

/** Options of a queue whose retries are due at once. */
export const quick = { baseDelay: 1, maxDelay: 1 };
