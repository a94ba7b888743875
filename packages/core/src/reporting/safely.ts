import type { WaitUntil } from '../adapter/delivery.ts';
import { isThenable } from '../data/promises.ts';

/**
 * Call a user's function. If it throws, or if its promise rejects, pass the error to another function.
 * @param waitUntil keeps the process running until the promise settles
 */
export function safely(
  call: () => unknown,
  onFailure: (error: unknown) => void = () => {},
  waitUntil?: WaitUntil,
): void {
  try {
    const result = call();
    if (!isThenable(result)) return;
    const handled = Promise.resolve(result).catch(onFailure);
    waitUntil?.(handled);
  } catch (error) {
    onFailure(error);
  }
}
