import { clean } from '../text/clean-text.ts';

/** Why an event was not taken. */
export type ForwardErrorCode =
  | 'refused'
  | 'rate_limited'
  | 'unavailable'
  | 'redirected'
  | 'timeout'
  | 'connection'
  | 'invalid_answer'
  | 'circuit_open'
  | 'overloaded'
  | 'forbidden_address'
  | 'aborted'
  | 'closed'
  | 'all_failed';

/** What an attempt tells of its failure. */
export interface FailureDetails {
  readonly code: ForwardErrorCode;
  /** The HTTP or SMTP status, where there was one. */
  readonly status?: number | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** A few words more: cleaned, bounded and without secrets, see `quoted()`. */
  readonly detail?: string | undefined;
  /** What to do about it, in place of the code's own words. */
  readonly hint?: string | undefined;
}

/** Thrown by an attempt inside a policy, which counts attempts and makes a {@link ForwardError} of the last. */
export class AttemptError extends Error {
  override readonly name = 'AttemptError';
  readonly failure: FailureDetails;

  constructor(failure: FailureDetails) {
    super(failure.code);
    this.failure = failure;
  }
}

/** Codes after which another try, soon, may help. */
const transient: ReadonlySet<ForwardErrorCode> = new Set([
  'rate_limited',
  'unavailable',
  'timeout',
  'connection',
]);

export function isTransient({ code }: FailureDetails): boolean {
  return transient.has(code);
}

/**
 * What an attempt's error says. Of an error that is not ours a system's code alone, such as `ECONNREFUSED`: its message and
 * its members can hold the URL, the headers and what was sent.
 */
export function failureOf(error: unknown): FailureDetails {
  if (error instanceof AttemptError) return error.failure;
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const detail = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
  return { code: 'connection', detail };
}

const reasons: Readonly<Record<ForwardErrorCode, readonly [what: string, next: string]>> = {
  refused: [
    'refused the event',
    'Check its URL, its credentials and what it accepts: another try finds the same.',
  ],
  rate_limited: ['asks for fewer events', 'It is tried again later; group events with throttle().'],
  unavailable: ['is unavailable', 'It is tried again later.'],
  redirected: ['answered with a redirect, which is not followed', 'Give the address that it redirects to.'],
  timeout: ['did not answer in time', 'It is tried again later; the option "timeout" gives it longer.'],
  connection: ['could not be reached', 'Check its address and the network; it is tried again later.'],
  invalid_answer: [
    'gave an answer that is not understood',
    'Check that the URL is that of the right service.',
  ],
  circuit_open: ['has failed too often and is left in peace', 'It is tried again after the cool-down.'],
  overloaded: [
    'has too many events waiting',
    'It is tried again later; use a queue, or raise "maxInFlight".',
  ],
  forbidden_address: [
    'has an address that is not allowed',
    'See the options "allowedHosts" and "allowPrivate".',
  ],
  aborted: ["was given up: the handler's time was over", 'Raise "handlerTimeout", or use a queue.'],
  closed: ['was closed', 'Close forwarders after the receiver.'],
  all_failed: ['has nobody left who takes the event', 'It is tried again later.'],
};

/**
 * An event could not be sent on. Thrown by a forwarder, so that its handler fails and a queue, or SpiderFoot, tries that
 * handler again. It holds no URL, no header and no secret: at most the target's host and a cleaned line of its answer.
 */
export class ForwardError extends Error {
  override readonly name: string = 'ForwardError';
  /** What was sent to: `slack (hooks.slack.com)`. */
  readonly target: string;
  readonly code: ForwardErrorCode;
  /** The status of the last answer; `undefined` where there was none. */
  readonly status: number | undefined;
  /** How often it was tried within this call; 0 where it was not tried at all. */
  readonly attempt: number;
  /** Seconds until another try makes sense: a queue waits as long. */
  readonly retryAfter: number | undefined;

  constructor(target: string, attempt: number, failure: FailureDetails) {
    super(describe(target, attempt, failure));
    this.target = target;
    this.code = failure.code;
    this.status = failure.status;
    this.attempt = attempt;
    this.retryAfter = failure.retryAfter;
  }
}

function describe(target: string, attempt: number, { code, status, detail, hint }: FailureDetails): string {
  const [what, next] = reasons[code];
  const at = [status === undefined ? [] : `status ${status}`, `attempt ${attempt}`].flat().join(', ');
  return `${target} ${what} (${at})${detail ? `: ${detail}` : ''}. ${hint ?? next}`;
}

/** All handlers of a `fallback` have failed. */
export class FallbackError extends ForwardError {
  /** What each has thrown, in their order. Not enumerable: a handler of yours may have thrown anything. */
  declare readonly errors: readonly unknown[];
  override readonly name = 'FallbackError';

  constructor(errors: readonly unknown[]) {
    super('fallback', errors.length, {
      code: 'all_failed',
      retryAfter: shortestWait(errors),
      detail: errors
        .map((error) => (error instanceof Error ? clean(error.message, 300) : 'a thrown value'))
        .join(' '),
    });
    Object.defineProperty(this, 'errors', { value: errors });
  }
}

/** Until the first of them can be tried again; `undefined` where one of them has not asked for any wait. */
function shortestWait(errors: readonly unknown[]): number | undefined {
  const waits = errors.map((error) =>
    typeof error === 'object' && error !== null && 'retryAfter' in error ? Number(error.retryAfter ?? 0) : 0,
  );
  const shortest = Math.min(...waits);
  return shortest > 0 ? shortest : undefined;
}
