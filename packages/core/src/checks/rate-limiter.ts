/**
 * Any limiter of rate-limiter-flexible. `consume` rejects with `{ msBeforeNext }` if the key has used up its
 * points, and with an `Error` if the limiter fails.
 */
export interface RateLimiter {
  consume(key: string): Promise<unknown>;
}
