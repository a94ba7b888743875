import { AttemptError } from '../errors/errors.ts';

/** Lets a number of callers in at once; the rest wait in the order they came. */
export interface Line {
  /**
   * Resolves to what gives the place back.
   * @throws the signal's reason, or an `AttemptError`, `overloaded`, where too many wait
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

/**
 * A semaphore whose line is bounded and is left when a signal says so; cockatiel's bulkhead keeps the aborted in line.
 * @param places how many may be in at once
 * @param most how many may wait
 */
export function createLine(places: number, most: number): Line {
  let free = places;
  const waiting = new Set<() => void>();

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leave;
      }
      if (waiting.size >= most) throw new AttemptError({ code: 'overloaded' });
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(proceed);
          reject(signal.reason);
        };
        const proceed = () => {
          waiting.delete(proceed);
          signal.removeEventListener('abort', giveUp);
          resolve(leave);
        };
        waiting.add(proceed);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
