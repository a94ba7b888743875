import type { Logger } from '@spiderfoot-webhooks/core';
import type { ForwardErrorCode } from '../errors/failure.ts';

/** A target: one origin of one forwarder. */
interface ObservedTarget {
  /** The name of the forwarder in errors and logs: `slack`, `siem`. */
  readonly target: string;
  /** The host of the target, with the port if it is not the default: `hooks.slack.com`. */
  readonly host: string;
}

/**
 * An observation of a forwarder, for example to count metrics.
 *
 * - `ready`: the target is known, because the forwarder was created. If `url` is a function, this is reported with the first
 *   attempt. A forwarder that sends batches reports it again with `batches: true`
 * - `send`: an attempt has ended. `result` is `sent`, or the code of the failure. An attempt that fails without a request,
 *   for example as `circuit_open`, is reported too
 * - `circuit`: the state of the circuit breaker has changed
 * - `batch`: a batch of `size` events is sent
 */
export type ForwarderObservation = ObservedTarget &
  (
    | { readonly kind: 'ready'; readonly batches: boolean }
    | { readonly kind: 'send'; readonly result: 'sent' | ForwardErrorCode }
    | { readonly kind: 'circuit'; readonly state: 'closed' | 'open' | 'half-open' }
    | { readonly kind: 'batch'; readonly size: number }
  );

export type ForwarderObserver = (observation: ForwarderObservation) => unknown;

/** Return an observer that never throws, and logs the error of the user's observer instead. */
export function safeObserver(
  observe: ForwarderObserver,
  logger: Pick<Logger, 'warn'>,
): (observation: ForwarderObservation) => void {
  return (observation) => {
    void (async () => observe(observation))().catch((err: unknown) =>
      logger.warn({ target: observation.target, host: observation.host, err }, 'The option "observe" threw'),
    );
  };
}
