import { AttemptError } from '../errors/failure.ts';
import { onAbort } from '../on-abort.ts';

/** Limits the number of concurrent callers. Other callers wait in the order of their arrival. */
export interface ConcurrencyLimit {
  /**
   * Wait for a free slot.
   * @returns a function that frees the slot
   * @throws the signal's reason, or an `AttemptError` with the code `overloaded` if too many callers wait
   */
  acquire(signal: AbortSignal): Promise<() => void>;
}

/**
 * @param slots the maximum number of concurrent callers
 * @param maxWaiting the maximum number of waiting callers. A caller whose signal is aborted stops waiting.
 */
export function createConcurrencyLimit(slots: number, maxWaiting: number): ConcurrencyLimit {
  let free = slots;
  const waiting = new Set<() => void>();

  function release(): void {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async acquire(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return release;
      }
      if (waiting.size >= maxWaiting) throw new AttemptError({ code: 'overloaded' });
      return new Promise((resolve, reject) => {
        const proceed = () => {
          waiting.delete(proceed);
          stop();
          resolve(release);
        };
        const stop = onAbort(signal, () => {
          waiting.delete(proceed);
          reject(signal.reason);
        });
        waiting.add(proceed);
      });
    },
  };
}
