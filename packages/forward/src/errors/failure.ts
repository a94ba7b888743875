import { memberOf } from '../text/parse-json.ts';

/** The reason why an event could not be forwarded. */
export type ForwardErrorCode =
  | 'rejected'
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

/** The failure of one attempt. */
export interface FailureDetails {
  readonly code: ForwardErrorCode;
  /** The HTTP or SMTP status, if the target answered. */
  readonly status?: number | undefined;
  /** The number of seconds after which the target asks for a retry. */
  readonly retryAfter?: number | undefined;
  /** An excerpt of the target's answer, cleaned, bounded and without secrets: see `redactedExcerpt()`. */
  readonly detail?: string | undefined;
  /** How to fix it. Replaces the hint of the code. */
  readonly hint?: string | undefined;
  /** For `circuit_open`, the failure that opened the circuit. */
  readonly openedBy?: FailureDetails | undefined;
}

/** Thrown by an attempt. The policy counts attempts and turns the failure of the last one into a `ForwardError`. */
export class AttemptError extends Error {
  override readonly name = 'AttemptError';
  readonly failure: FailureDetails;

  constructor(failure: FailureDetails) {
    super(failure.code);
    this.failure = failure;
  }
}

const transientCodes: ReadonlySet<ForwardErrorCode> = new Set([
  'rate_limited',
  'unavailable',
  'timeout',
  'connection',
]);

/** Return whether a retry within seconds may succeed. */
export function isTransient({ code }: FailureDetails): boolean {
  return transientCodes.has(code);
}

/**
 * Return the failure that an attempt threw. For an error that is not an {@link AttemptError}, keep only the system's
 * error code, such as `ECONNREFUSED`: the message and other members can contain the URL, the headers or the event.
 */
export function failureOf(error: unknown): FailureDetails {
  if (error instanceof AttemptError) return error.failure;
  return { code: 'connection', detail: systemCode(memberOf(error, 'code')) };
}

/** Return the value if it is a system error code. Any other text could contain a secret. */
export function systemCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}
