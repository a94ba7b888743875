import { AttemptError, type FailureDetails, failureOf } from '../errors/failure.ts';
import { onAbort } from '../on-abort.ts';

/**
 * The result of an attempt. A failure is a value and not an exception, because only some failures open the circuit
 * breaker.
 */
export type Attempted<T> =
  | { readonly value: T; readonly failure?: undefined }
  | { readonly failure: FailureDetails };

/**
 * Make one attempt and settle within `timeout`, even if the attempt ignores its signal. Never rejects. When the time ends,
 * the attempt gets one more turn of the event loop, because its answer may already have arrived. An accepted event must
 * not be sent again.
 * @param timeout milliseconds
 * @param signal the handler's signal
 */
export function attemptInTime<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Attempted<T>> {
  return new Promise((resolve) => {
    const controller = new AbortController();
    const end = (failure: FailureDetails) => {
      controller.abort(new AttemptError(failure));
      setImmediate(resolve, { failure });
    };
    const timer = setTimeout(end, timeout, { code: 'timeout' });
    const stop = onAbort(signal, () => end({ code: 'aborted' }));
    void (async () => attempt(controller.signal))()
      .then(
        (value) => resolve({ value }),
        (error: unknown) => resolve({ failure: failureOf(error) }),
      )
      .finally(() => {
        clearTimeout(timer);
        stop();
      });
  });
}
