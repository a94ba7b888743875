import { ConfigurationError, type Logger } from '@spiderfoot-webhooks/core';

export interface BreakerOptions {
  /** How many failures in a row open it. @default 5 */
  readonly failures?: number;
  /** Milliseconds until one event is let through to try. @default 30000 */
  readonly coolDown?: number;
}

/** How stubbornly a target is tried. The same for every forwarder, HTTP or not. */
export interface PolicyOptions {
  /** Milliseconds for one attempt, from the connection to the end of the answer. @default 10000 */
  readonly timeout?: number;
  /**
   * Further attempts within one call, on connection errors, timeouts, 408, 429 and 5xx. What still fails then fails the
   * handler: a queue goes on from there.
   * @default 2
   */
  readonly retries?: number;
  /** Milliseconds the first retry waits at the most; each further one twice as long. The wait is drawn from 0 to that. @default 250 */
  readonly baseDelay?: number;
  /** Milliseconds no wait within a call exceeds. A longer `Retry-After` fails the handler at once, with that `retryAfter`. @default 5000 */
  readonly maxDelay?: number;
  /** Attempts under way at once; up to 1000 more calls wait, and any beyond fail as `overloaded`. @default 16 */
  readonly maxInFlight?: number;
  /**
   * Leaves a target in peace that has failed too often, by its origin: events then fail at once as `circuit_open`,
   * and a queue keeps them for the rest of the cool-down. Each forwarder has its own. `false` switches it off.
   */
  readonly breaker?: false | BreakerOptions;
  /**
   * A logger that gets a warning for each retry, and a line when a breaker opens or closes. If you omit it, a remark
   * that the target makes on an event it accepted goes to the receiver's logger.
   * @default silent
   */
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
}

/** The options, checked, with their defaults. */
export interface PolicySettings extends Required<Omit<PolicyOptions, 'breaker'>> {
  readonly breaker: false | Required<BreakerOptions>;
}

/** The names, for a factory that has to tell them from its own. */
export const policyOptionNames = [
  'timeout',
  'retries',
  'baseDelay',
  'maxDelay',
  'maxInFlight',
  'breaker',
  'logger',
] as const satisfies readonly (keyof PolicyOptions)[];

/** Node's timers turn anything longer into 1 ms. */
const longestTimer = 2_147_483_647;

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
  } = options;
  if (typeof logger?.info !== 'function' || typeof logger?.warn !== 'function') {
    throw new ConfigurationError('logger', 'must be an object with info(), warn().');
  }
  return {
    timeout: readWhole('timeout', timeout, 1),
    retries: readWhole('retries', retries, 0, 100),
    baseDelay: readWhole('baseDelay', baseDelay, 0),
    maxDelay: readWhole('maxDelay', maxDelay, 0),
    maxInFlight: readWhole('maxInFlight', maxInFlight, 1, 65_536),
    breaker: readBreaker(breaker),
    logger,
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
    failures: readWhole('breaker.failures', failures, 1),
    coolDown: readWhole('breaker.coolDown', coolDown, 1),
  };
}

/** @throws ConfigurationError for a name that is not among those */
export function rejectUnknown(options: object, names: readonly string[], prefix = ''): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new ConfigurationError(`${prefix}${name}`, `is unknown. Known: ${names.join(', ')}.`);
  }
}

/** @throws ConfigurationError */
export function readWhole(option: string, value: unknown, least: number, most = longestTimer): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConfigurationError(option, `must be a whole number from ${least} to ${most}.`);
}
