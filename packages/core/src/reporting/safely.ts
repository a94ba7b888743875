import type { WaitUntil } from '../adapter/delivery.ts';
import { isThenable } from '../data/promises.ts';

/**
 * Call a user's function. An error that it throws, or with which its promise rejects, goes to another function.
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
