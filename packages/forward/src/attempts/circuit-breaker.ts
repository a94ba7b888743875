import { AttemptError, type FailureDetails, isTransient } from '../errors/failure.ts';
import type { Attempted } from './attempt.ts';

/**
 * Rejects calls to a target that keeps failing.
 *
 * - `closed`: calls pass. `failures` failures in a row open the circuit.
 * - `open`: calls are rejected until `coolDown` has passed. The next call is the trial.
 * - `half-open`: the trial is running, and all other calls are rejected. The trial closes or opens the circuit.
 */
export interface CircuitBreaker {
  /** @throws AttemptError with the code `circuit_open` and the seconds to wait, without making the attempt */
  run<T>(attempt: () => Promise<Attempted<T>>): Promise<Attempted<T>>;
  /** The seconds until the next call passes; `undefined` if the circuit is not open. */
  coolDownLeft(): number | undefined;
}

interface CircuitBreakerOptions {
  readonly failures: number;
  /** Milliseconds. */
  readonly coolDown: number;
  /** The time limit of an attempt, in milliseconds. Calls that are rejected during a trial get it as `retryAfter`. */
  readonly timeout: number;
  readonly onOpen: () => void;
  /** Called when the trial begins. */
  readonly onTrial: () => void;
  readonly onClose: () => void;
}

export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  let state: 'closed' | 'open' | 'half-open' = 'closed';
  let failuresInARow = 0;
  // Monotonic: a wall clock that is set back would keep the circuit open.
  let openUntil = 0;
  let lastFailure: FailureDetails | undefined;

  function open(): void {
    state = 'open';
    openUntil = performance.now() + options.coolDown;
    options.onOpen();
  }

  function close(): void {
    state = 'closed';
    failuresInARow = 0;
    options.onClose();
  }

  function settleTrial(hasFailed: boolean): void {
    if (hasFailed) open();
    else close();
  }

  /** Count a result. A late result of an attempt that began before the circuit opened must not change an open circuit. */
  function count(hasFailed: boolean): void {
    failuresInARow = hasFailed ? failuresInARow + 1 : 0;
    if (state === 'closed' && failuresInARow >= options.failures) open();
  }

  function coolDownLeft(): number | undefined {
    const left = openUntil - performance.now();
    return state === 'open' && left > 0 ? Math.ceil(left / 1000) : undefined;
  }

  return {
    coolDownLeft,
    async run(attempt) {
      const retryAfter = state === 'half-open' ? Math.ceil(options.timeout / 1000) : coolDownLeft();
      if (retryAfter !== undefined)
        throw new AttemptError({ code: 'circuit_open', retryAfter, openedBy: lastFailure });
      const settle = state === 'open' ? settleTrial : count;
      if (state === 'open') {
        state = 'half-open';
        options.onTrial();
      }
      let hasFailed = true;
      try {
        const attempted = await attempt();
        hasFailed = isFailing(attempted);
        if (hasFailed) lastFailure = attempted.failure;
        return attempted;
      } finally {
        settle(hasFailed);
      }
    },
  };
}

/**
 * Return whether an attempt counts as a failure of the target. A rejected event does not count, because the target
 * answered. An aborted attempt counts: if handlers have less time than `timeout`, a target that never answers would
 * otherwise never open the circuit.
 */
function isFailing({ failure }: Attempted<unknown>): boolean {
  return failure !== undefined && (isTransient(failure) || failure.code === 'aborted');
}
