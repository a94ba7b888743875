import { ConfigurationError, type Logger } from '@spiderfoot-webhooks/core';
import { readInteger, rejectUnknown } from '../option-checks.ts';
import { type ForwarderObservation, type ForwarderObserver, safeObserver } from './observation.ts';
import type { ForwarderTracer } from './trace-attempt.ts';

export interface BreakerOptions {
  /** The number of failures in a row that open the circuit. @default 5 */
  readonly failures?: number;
  /** Milliseconds until the next event is sent as a trial. @default 30000 */
  readonly coolDown?: number;
}

/** The options of every forwarder, HTTP or not. */
export interface PolicyOptions {
  /** The time limit of one attempt, from connecting to the end of the response, in milliseconds. @default 10000 */
  readonly timeout?: number;
  /**
   * The number of retries within one call, on connection errors, timeouts, 408, 429 and 5xx. After the last one, the
   * handler fails, and a queue retries it later.
   * @default 2
   */
  readonly retries?: number;
  /**
   * The maximum delay before the first retry, in milliseconds. The maximum doubles with each retry. Delays are random.
   * @default 250
   */
  readonly baseDelay?: number;
  /**
   * The maximum delay before any retry, in milliseconds. If `Retry-After` is longer, the handler fails immediately.
   * @default 5000
   */
  readonly maxDelay?: number;
  /** The maximum number of concurrent attempts. Up to 1000 calls wait. All others fail as `overloaded`. @default 16 */
  readonly maxInFlight?: number;
  /**
   * The circuit breaker. If an origin fails too often, events fail immediately as `circuit_open`, and a queue keeps them
   * until the cool-down ends. Each forwarder has its own breakers. Set to `false` to disable them.
   */
  readonly breaker?: false | BreakerOptions;
  /**
   * The logger for retries and for circuit breakers that open or close. Without it, neither is logged, and warnings about
   * events that were only partly accepted go to the receiver's logger.
   * @default silent
   */
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
  /**
   * A function that is called with each attempt, each change of a circuit breaker and each batch, for example to count
   * metrics. If it throws or rejects, `logger` gets a warning, and the event is not affected.
   * @example observe: metrics.observeForwarder // of telemetry/prometheus
   */
  readonly observe?: ForwarderObserver;
  /**
   * A function that runs each attempt, for example with a span as the active one. A batch is one attempt, in the trace of the
   * event that started it. If the function throws, the event is not affected.
   * @example trace: telemetry.traceForwarder // of telemetry/opentelemetry
   */
  readonly trace?: ForwarderTracer;
}

/** The checked options, with their defaults. */
export interface PolicySettings extends Required<Omit<PolicyOptions, 'breaker' | 'observe' | 'trace'>> {
  readonly breaker: false | Required<BreakerOptions>;
  readonly observe: ((observation: ForwarderObservation) => void) | undefined;
  readonly trace: ForwarderTracer | undefined;
}

/** The names of the options, for a forwarder that also has its own options. */
export const policyOptionNames = [
  'timeout',
  'retries',
  'baseDelay',
  'maxDelay',
  'maxInFlight',
  'breaker',
  'logger',
  'observe',
  'trace',
] as const satisfies readonly (keyof PolicyOptions)[];

const silent = { info: () => {}, warn: () => {} };

/** @throws ConfigurationError that names the option */
export function readPolicyOptions(options: PolicyOptions): PolicySettings {
  rejectUnknown(options, policyOptionNames);
  const {
    timeout = 10_000,
    retries = 2,
    baseDelay = 250,
    maxDelay = 5000,
    maxInFlight = 16,
    breaker = {},
    logger = silent,
    observe,
    trace,
  } = options;
  if (typeof logger?.info !== 'function' || typeof logger?.warn !== 'function') {
    throw new ConfigurationError('logger', 'must be an object with the methods info() and warn().');
  }
  if (observe !== undefined && typeof observe !== 'function') {
    throw new ConfigurationError('observe', 'must be a function, for example metrics.observeForwarder.');
  }
  if (trace !== undefined && typeof trace !== 'function') {
    throw new ConfigurationError('trace', 'must be a function, for example telemetry.traceForwarder.');
  }
  return {
    timeout: readInteger('timeout', timeout, 1),
    retries: readInteger('retries', retries, 0, 100),
    baseDelay: readInteger('baseDelay', baseDelay, 0),
    maxDelay: readInteger('maxDelay', maxDelay, 0),
    maxInFlight: readInteger('maxInFlight', maxInFlight, 1, 65_536),
    breaker: readBreaker(breaker),
    logger,
    observe: observe && safeObserver(observe, logger),
    trace,
  };
}

function readBreaker(breaker: unknown): false | Required<BreakerOptions> {
  if (breaker === false) return false;
  if (typeof breaker !== 'object' || breaker === null) {
    throw new ConfigurationError('breaker', 'must be false, or an object with "failures" and "coolDown".');
  }
  rejectUnknown(breaker, ['failures', 'coolDown'], 'breaker.');
  const { failures = 5, coolDown = 30_000 }: { failures?: unknown; coolDown?: unknown } = breaker;
  return {
    failures: readInteger('breaker.failures', failures, 1),
    coolDown: readInteger('breaker.coolDown', coolDown, 1),
  };
}
