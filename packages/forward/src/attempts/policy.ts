import { setTimeout as sleep } from 'node:timers/promises';
import {
  AttemptError,
  type FailureDetails,
  type ForwardErrorCode,
  failureOf,
  isTransient,
} from '../errors/failure.ts';
import { ForwardError } from '../errors/forward-error.ts';
import { onAbort } from '../on-abort.ts';
import { type Attempted, attemptInTime } from './attempt.ts';
import { createCircuitBreakers } from './circuit-breakers.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import { type PolicyOptions, type PolicySettings, readPolicyOptions } from './policy-options.ts';
import { delayAfter } from './retry-delay.ts';
import { traceAttempt } from './trace-attempt.ts';

/** Adds a timeout, retries, a circuit breaker and a concurrency limit to anything that can be attempted. */
export interface Policy {
  readonly settings: PolicySettings;
  /**
   * Make attempts until one succeeds or a retry would not help.
   * @param origin `https://host:port`, `smtp://host:25`. Each origin has its own circuit breaker, and errors name its
   *   host.
   * @param attempt throws an `AttemptError` whose code decides whether it is retried. Any other error counts as
   *   `connection`. Its signal is aborted when the time of the attempt ends.
   * @param signal the handler's signal
   * @throws ForwardError only
   */
  run<T>(
    origin: string,
    attempt: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal | undefined,
  ): Promise<T>;
  /** Reject further calls and end waiting ones. Resolves when the running attempts have ended. */
  close(): Promise<void>;
}

/** Without a queue in front, an unlimited number of waiting calls would be a memory leak. */
const maxWaitingCalls = 1000;

/**
 * Create the policy of a forwarder.
 * @param target the name of the forwarder in errors and logs: `slack`
 * @param origin the only origin, if it is known. It is then reported to the option `observe` at once
 * @throws ConfigurationError that names the option
 */
export function createPolicy(target: string, options: PolicyOptions = {}, origin?: string): Policy {
  const settings = readPolicyOptions(options);
  const { timeout, retries, maxDelay, logger, observe, trace } = settings;
  const breakers = createCircuitBreakers(target, settings);
  const limit = createConcurrencyLimit(settings.maxInFlight, maxWaitingCalls);
  /** The running calls, each with the controller that ends its waiting. */
  const calls = new Map<Promise<unknown>, AbortController>();
  /** The hosts that were reported to `observe`. */
  const reported = new Set<string>();
  let closed = false;

  function report(host: string, result?: 'sent' | ForwardErrorCode): void {
    if (observe === undefined) return;
    if (!reported.has(host)) observe({ kind: 'ready', target, host, batches: false });
    reported.add(host);
    if (result !== undefined) observe({ kind: 'send', target, host, result });
  }
  if (origin !== undefined) report(new URL(origin).host);

  async function attemptOnce<T>(
    origin: string,
    attempt: () => Promise<Attempted<T>>,
    waits: AbortSignal,
  ): Promise<Attempted<T>> {
    let release = () => {};
    try {
      release = await limit.acquire(waits);
      return await breakers.run(origin, attempt);
    } catch (error) {
      return { failure: failureOf(error) };
    } finally {
      release();
    }
  }

  /** Return the milliseconds until the next attempt; `undefined` if this call makes no further attempt. */
  function waitAfter(failure: FailureDetails, attempts: number, origin: string): number | undefined {
    if (!isTransient(failure) || attempts > retries || breakers.coolDownLeft(origin) !== undefined)
      return undefined;
    const { retryAfter } = failure;
    if (retryAfter !== undefined && retryAfter * 1000 > maxDelay) return undefined;
    return delayAfter(attempts, retryAfter, settings);
  }

  async function call<T>(
    origin: string,
    attempt: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
    waits: AbortSignal,
  ): Promise<T> {
    const { host } = new URL(origin);
    let attempts = 0;
    report(host);
    const fail = (failure: FailureDetails) => new ForwardError(`${target} (${host})`, attempts, failure);
    const counted = () => {
      attempts += 1;
      const send = () => attemptInTime(attempt, timeout, signal);
      return traceAttempt(trace, { target, host, attempt: attempts }, send);
    };
    for (;;) {
      const attempted = await attemptOnce(origin, counted, waits);
      report(host, attempted.failure?.code ?? 'sent');
      if (attempted.failure === undefined) return attempted.value;
      const { failure } = attempted;
      const delay = waitAfter(failure, attempts, origin);
      if (delay === undefined) {
        // A retry before the end of the cool-down would fail immediately.
        const wait = Math.max(failure.retryAfter ?? 0, breakers.coolDownLeft(origin) ?? 0);
        throw fail({ ...failure, retryAfter: wait || undefined });
      }
      const { code, status } = failure;
      logger.warn({ target, host, code, status, attempt: attempts, delay }, 'Attempt failed, retrying');
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
