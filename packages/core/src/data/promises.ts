/** What is at hand is returned as it is: with handlers that return no promise a delivery takes no further turn. */
export type MaybePromise<Value> = Value | Promise<Value>;

/** Whether a value has to be awaited, whoever's promise it is. */
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
