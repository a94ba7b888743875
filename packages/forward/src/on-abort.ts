/**
 * Call a listener when a signal is aborted, or immediately if it is already aborted.
 * @returns a function that removes the listener. Call it when the work ends: a signal can outlive many attempts, and would
 *   otherwise keep the listener of each one
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal?.aborted) listener();
  else signal?.addEventListener('abort', listener, { once: true });
  return () => signal?.removeEventListener('abort', listener);
}
