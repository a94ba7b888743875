import type { ForwardErrorCode } from '../errors/failure.ts';

/** An attempt of a forwarder to send an event or a batch. */
export interface ForwarderAttempt {
  /** The name of the forwarder in errors and logs: `slack`, `siem`. */
  readonly target: string;
  /** The host of the target, with the port if it is not the default: `hooks.slack.com`. */
  readonly host: string;
  /** The number of the attempt, starting with 1. */
  readonly attempt: number;
}

/** The result of an attempt. */
export interface ForwarderResult {
  /** `undefined` if the target has accepted the event. `status` is the status of an HTTP answer. */
  readonly failure?: { readonly code: ForwardErrorCode; readonly status?: number | undefined } | undefined;
}

/**
 * Runs an attempt, for example with a span as the active one.
 * @param send makes the attempt. Call it synchronously. Its promise never rejects
 */
export type ForwarderTracer = (attempt: ForwarderAttempt, send: () => Promise<ForwarderResult>) => unknown;

/** Make an attempt within a tracer. A tracer that throws does not affect the attempt, which is made exactly once. */
export function traceAttempt<Result extends ForwarderResult>(
  trace: ForwarderTracer | undefined,
  attempt: ForwarderAttempt,
  send: () => Promise<Result>,
): Promise<Result> {
  if (trace === undefined) return send();
  let sent: Promise<Result> | undefined;
  const sendOnce = () => {
    sent ??= send();
    return sent;
  };
  // The function is async, so an exception of the tracer becomes a rejection.
  void (async () => trace(attempt, sendOnce))().catch(() => {});
  return sendOnce();
}
