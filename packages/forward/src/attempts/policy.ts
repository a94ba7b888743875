import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptError, type FailureDetails, ForwardError, failureOf, isTransient } from '../errors/errors.ts';
import { onAbort } from '../on-abort.ts';
import { type Attempted, createBreakers } from './circuit-breakers.ts';
import { createLine } from './concurrency-limit.ts';
import { type PolicyOptions, type PolicySettings, readPolicyOptions } from './policy-options.ts';
import { delayAfter } from './retry-after.ts';

/** Timeout, retries, circuit breaker and a line, around anything that can be attempted. */
export interface Policy {
  readonly settings: PolicySettings;
  /**
   * Attempt something until it succeeds, or another try makes no sense.
   * @param origin `https://host:port`, `smtp://host:25`: what the breaker goes by, and whose host an error names
   * @param attempt throws an `AttemptError` that says what failed, and so whether it is tried again; anything else
   *   counts as `connection`, and of it a system's error code alone is told. Its signal is aborted when its time is
   *   over
   * @param signal the handler's
   * @throws ForwardError alone
   */
  run<T>(
    origin: string,
    attempt: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal | undefined,
  ): Promise<T>;
  /** Reject further runs and end waiting ones. Resolves when the running attempts have ended. */
  close(): Promise<void>;
}

/** How many calls wait at the most: without a queue in front, a line without a bound is a leak. */
const longestLine = 1000;

/**
 * @param target what errors and logs call it: `slack`
 * @throws ConfigurationError that names the option
 */
export function createPolicy(target: string, options: PolicyOptions = {}): Policy {
  const settings = readPolicyOptions(options);
  const { timeout, retries, maxDelay, logger } = settings;
  const breakers = createBreakers(target, settings);
  const line = createLine(settings.maxInFlight, longestLine);
  /** Calls under way, and what ends each while it waits. */
  const calls = new Map<Promise<unknown>, AbortController>();
  let closed = false;

  async function inLine<T>(
    origin: string,
    attempt: () => Promise<Attempted<T>>,
    waits: AbortSignal,
  ): Promise<Attempted<T>> {
    let leave = () => {};
    try {
      leave = await line.enter(waits);
      return await breakers.run(origin, attempt);
    } catch (error) {
      return { failure: failureOf(error) };
    } finally {
      leave();
    }
  }

  /** Milliseconds until the next attempt; `undefined` where none makes sense within this call. */
  function waitAfter(failure: FailureDetails, attempts: number, origin: string): number | undefined {
    if (!isTransient(failure) || attempts > retries || breakers.coolDownOf(origin) !== undefined)
      return undefined;
    const asked = failure.retryAfter;
    return asked !== undefined && asked * 1000 > maxDelay ? undefined : delayAfter(attempts, asked, settings);
  }

  async function call<T>(
    origin: string,
    attempt: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
    waits: AbortSignal,
  ): Promise<T> {
    const { host } = new URL(origin);
    let attempts = 0;
    const fail = (failure: FailureDetails) => new ForwardError(`${target} (${host})`, attempts, failure);
    const counted = () => {
      attempts += 1;
      return inTime(attempt, timeout, signal);
    };
    for (;;) {
      const attempted = await inLine(origin, counted, waits);
      if (attempted.failure === undefined) return attempted.value;
      const { failure } = attempted;
      const delay = waitAfter(failure, attempts, origin);
      if (delay === undefined) {
        // Whoever comes back before the cool-down is over would come for nothing.
        const wait = Math.max(failure.retryAfter ?? 0, breakers.coolDownOf(origin) ?? 0);
        throw fail({ ...failure, retryAfter: wait || undefined });
      }
      const { code, status } = failure;
      logger.warn({ target, host, code, status, attempt: attempts, delay }, 'The target is tried again');
      await sleep(delay, undefined, { signal: waits }).catch(() => {
        throw fail({ status, ...failureOf(waits.reason) });
      });
    }
  }

  return {
    settings,
    run(origin, attempt, signal) {
      const waits = new AbortController();
      const stop = onAbort(signal, () => waits.abort(new AttemptError({ code: 'aborted' })));
      if (closed) waits.abort(new AttemptError({ code: 'closed' }));
      const called = call(origin, attempt, signal, waits.signal).finally(() => {
        stop();
        calls.delete(called);
      });
      calls.set(called, waits);
      return called;
    },
    async close() {
      closed = true;
      for (const waits of calls.values()) waits.abort(new AttemptError({ code: 'closed' }));
      await Promise.allSettled(calls.keys());
    },
  };
}

/**
 * Settle in time, also where the attempt takes no notice of its signal. One that has got its answer, and is only
 * reading the rest of it, has a turn of the event loop to say so: what was taken must not be sent again.
 */
function inTime<T>(
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
