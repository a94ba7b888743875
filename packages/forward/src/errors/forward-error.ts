import type { FailureDetails, ForwardErrorCode } from './failure.ts';

const reasons: Readonly<Record<ForwardErrorCode, readonly [problem: string, hint: string]>> = {
  rejected: [
    'rejected the event',
    "Check the URL, the credentials and the target's log. A retry would fail the same way.",
  ],
  rate_limited: [
    'accepts no more events at the moment',
    'A later attempt may succeed. To group events, use throttle().',
  ],
  unavailable: ['is unavailable', 'A later attempt may succeed.'],
  redirected: ['responded with a redirect, which is not followed', 'Use the URL that the redirect leads to.'],
  timeout: ['did not respond in time', 'A later attempt may succeed. To wait longer, raise "timeout".'],
  connection: ['could not be reached', 'Check the address and the network. A later attempt may succeed.'],
  invalid_answer: ['sent an unexpected response', 'Check that the URL belongs to the right service.'],
  circuit_open: [
    'has failed too often',
    'No attempt was made, because the target has failed too often. An attempt after the cool-down may succeed.',
  ],
  overloaded: [
    'has too many waiting events',
    'A later attempt may succeed. Use a queue, or raise "maxInFlight".',
  ],
  forbidden_address: [
    'has an address that is not allowed',
    'See the options "allowedHosts" and "allowPrivate".',
  ],
  aborted: [
    "was not sent within the handler's time",
    'Raise the receiver\'s option "handlerTimeout", or use a queue.',
  ],
  closed: ['was closed', 'Close forwarders after the receiver.'],
  all_failed: ['failed, because all of its handlers failed', 'A later attempt may succeed.'],
};

/**
 * Thrown by a forwarder that could not forward an event. The forwarder's handler then fails, so a queue or SpiderFoot
 * retries it. The error contains no URL, header or secret. It contains at most the target's host and an excerpt of the
 * target's response.
 */
export class ForwardError extends Error {
  override readonly name: string = 'ForwardError';
  /** The forwarder and the target's host: `slack (hooks.slack.com)`. */
  readonly target: string;
  readonly code: ForwardErrorCode;
  /** The HTTP or SMTP status of the last response; `undefined` if the target did not respond. */
  readonly status: number | undefined;
  /** The number of attempts within this call; 0 if there was none. */
  readonly attempt: number;
  /** The number of seconds to wait before a retry. A queue waits that long. */
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

function describe(target: string, attempt: number, failure: FailureDetails): string {
  const [, hint] = reasons[failure.code];
  // While a circuit is open, an operator needs the problem of the target, not that of the circuit.
  const { code, status, detail } = failure.openedBy ?? failure;
  const [problem] = reasons[code];
  const facts = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(attempt === 0 ? [] : [`attempt ${attempt}`]),
  ];
  const at = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  return `${target} ${problem}${at}${detail ? `: ${detail}` : ''}. ${failure.hint ?? hint}`;
}
