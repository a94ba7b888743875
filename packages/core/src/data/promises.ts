/**
 * A value or a promise for it. A value that is available is returned without a promise, so that a delivery whose handlers
 * return no promise is processed in the same turn of the event loop.
 */
export type MaybePromise<Value> = Value | Promise<Value>;

/** Return whether a value is a promise or has a `then` method. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

/**
 * Wait for a promise with a time limit.
 * @param limit milliseconds
 * @param onLate returns the error if the promise is late
 */
export function within<Value>(promise: Promise<Value>, limit: number, onLate: () => Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(onLate()), limit);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
