import { STATUS_CODES } from 'node:http';

/** The response of the app of `--forward-to` to an event, or the response that the sender gets instead. */
export interface AppAnswer {
  /** The status that is sent to the sender. */
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  /** `undefined` if the app accepted the event with a 2xx status. */
  readonly problem: AppProblem | undefined;
  /** Milliseconds. */
  readonly ms: number;
}

/** Why the app did not accept an event. */
export interface AppProblem {
  readonly code: 'app_status' | 'app_redirect' | 'app_unreachable' | 'app_timeout';
  /** What happened and what to do, as sentences. */
  readonly hint: string;
}

/** Return why a status of the app is not a success. */
export function problemOfStatus(status: number, location: string | undefined): AppProblem | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) {
    const to = location === undefined ? '' : ` to ${location}`;
    return {
      code: 'app_redirect',
      hint: `The app redirects${to}. listen does not follow redirects. Pass the final URL to --forward-to.`,
    };
  }
  return {
    code: 'app_status',
    hint: `The app returned ${status} ${STATUS_CODES[status] ?? ''}. The sender gets this response and sends the event again.`,
  };
}

/** Return the answer that the sender gets if the app sent none: 502, or 504 after the time limit. */
export function answerWithoutApp(problem: AppProblem, ms: number): AppAnswer {
  const isTimeout = problem.code === 'app_timeout';
  const error = isTimeout ? 'The app did not respond in time' : 'The app cannot be reached';
  return {
    status: isTimeout ? 504 : 502,
    headers: ['content-type', 'application/json; charset=utf-8'],
    body: Buffer.from(JSON.stringify({ error, code: problem.code })),
    problem,
    ms,
  };
}
