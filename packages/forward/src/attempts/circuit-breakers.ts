import type { Attempted } from './attempt.ts';
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.ts';
import type { PolicySettings } from './policy-options.ts';

/** A circuit breaker for each origin. */
export interface CircuitBreakers {
  /** @throws AttemptError with the code `circuit_open` if the origin's circuit is open or half-open */
  run<T>(origin: string, attempt: () => Promise<Attempted<T>>): Promise<Attempted<T>>;
  /** The seconds until the next call to the origin passes; `undefined` if its circuit is not open. */
  coolDownLeft(origin: string): number | undefined;
}

/** Create a circuit breaker for each origin on demand. @param target the name of the forwarder in logs */
export function createCircuitBreakers(
  target: string,
  {
    breaker: options,
    logger,
    timeout,
    observe,
  }: Pick<PolicySettings, 'breaker' | 'logger' | 'timeout' | 'observe'>,
): CircuitBreakers {
  if (options === false) return { run: (_origin, attempt) => attempt(), coolDownLeft: () => undefined };
  const settings = options;
  // Origins are from the configuration or in `allowedHosts`, so their number is limited.
  const breakers = new Map<string, CircuitBreaker>();

  function breakerOf(origin: string): CircuitBreaker {
    const existing = breakers.get(origin);
    if (existing !== undefined) return existing;
    const { host } = new URL(origin);
    const breaker = createCircuitBreaker({
      ...settings,
      timeout,
      onOpen() {
        logger.warn({ target, origin, ...settings }, 'Circuit opened, because the target failed too often');
        observe?.({ kind: 'circuit', target, host, state: 'open' });
      },
      onTrial: () => observe?.({ kind: 'circuit', target, host, state: 'half-open' }),
      onClose() {
        logger.info({ target, origin }, 'Circuit closed, because the target works again');
        observe?.({ kind: 'circuit', target, host, state: 'closed' });
      },
    });
    breakers.set(origin, breaker);
    return breaker;
  }

  return {
    run: (origin, attempt) => breakerOf(origin).run(attempt),
    coolDownLeft: (origin) => breakers.get(origin)?.coolDownLeft(),
  };
}
