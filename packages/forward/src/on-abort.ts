/**
 * Listen to a signal, which may have been aborted already. Does not use `AbortSignal.any`, which leaks memory on
 * Node 20.
 * @returns a function that stops listening
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal?.aborted) listener();
  else signal?.addEventListener('abort', listener, { once: true });
  return () => signal?.removeEventListener('abort', listener);
}
