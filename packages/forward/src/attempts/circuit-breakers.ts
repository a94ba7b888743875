import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import { AttemptError, type FailureDetails, isTransient } from '../errors/errors.ts';
import type { BreakerOptions, PolicySettings } from './policy-options.ts';

/** What became of an attempt, as a value: to the breaker a refusal is an answer, and no reason to open. */
export type Attempted<T> =
  | { readonly value: T; readonly failure?: undefined }
  | { readonly failure: FailureDetails };

/** A circuit breaker for each origin. */
export interface Breakers {
  /** @throws AttemptError, `circuit_open`, where the origin is left in peace, or is being tried by another call */
  run<T>(origin: string, attempt: () => Promise<Attempted<T>>): Promise<Attempted<T>>;
  /** Seconds until the origin is tried again; `undefined` where its circuit is not open. */
  coolDownOf(origin: string): number | undefined;
}

/** @param target what logs call it */
export function createBreakers(
  target: string,
  { breaker: options, logger, timeout }: Pick<PolicySettings, 'breaker' | 'logger' | 'timeout'>,
): Breakers {
  if (options === false) return { run: (_origin, attempt) => attempt(), coolDownOf: () => undefined };
  // Origins come from the configuration or out of `allowedHosts`, so there are only so many.
  const breakers = new Map<string, Breaker>();
  return {
    run(origin, attempt) {
      const breaker =
        breakers.get(origin) ??
        createBreaker(
          { ...options, timeout },
          {
            opened: () =>
              logger.warn({ target, origin, ...options }, 'The circuit is open: the target failed too often'),
            closed: () => logger.info({ target, origin }, 'The circuit is closed: the target works again'),
          },
        );
      breakers.set(origin, breaker);
      return breaker.run(attempt);
    },
    coolDownOf: (origin) => breakers.get(origin)?.coolDown(),
  };
}

interface Breaker {
  run<T>(attempt: () => Promise<Attempted<T>>): Promise<Attempted<T>>;
  coolDown(): number | undefined;
}

function createBreaker(
  { failures, coolDown, timeout }: Required<BreakerOptions> & { readonly timeout: number },
  on: { readonly opened: () => void; readonly closed: () => void },
): Breaker {
  let openUntil = 0;
  const policy = circuitBreaker(handleWhenResult(isFailing), {
    // The cool-down is kept below: cockatiel goes by the wall clock, and one that is set back would keep the circuit open.
    halfOpenAfter: Number.NEGATIVE_INFINITY,
    breaker: new ConsecutiveBreaker(failures),
  });
  policy.onBreak(() => {
    openUntil = performance.now() + coolDown;
    on.opened();
  });
  policy.onReset(on.closed);

  function secondsLeft(): number | undefined {
    const left = openUntil - performance.now();
    return policy.state === CircuitState.Open && left > 0 ? Math.ceil(left / 1000) : undefined;
  }

  return {
    async run(attempt) {
      // Cockatiel lets the others wait for the one that tries: they would hold their places for nothing. By then it is over.
      if (policy.state === CircuitState.HalfOpen) {
        throw new AttemptError({ code: 'circuit_open', retryAfter: Math.ceil(timeout / 1000) });
      }
      const retryAfter = secondsLeft();
      if (retryAfter !== undefined) throw new AttemptError({ code: 'circuit_open', retryAfter });
      return policy.execute(attempt);
    },
    coolDown: secondsLeft,
  };
}

/** A handler whose time is over in the middle of an attempt counts: else a target that never answers might never. */
function isFailing(result: unknown): boolean {
  const { failure } = result as Attempted<unknown>;
  return failure !== undefined && (isTransient(failure) || failure.code === 'aborted');
}
