/**
 * Wait for a promise, but not longer than a limit. The promise is not canceled, and its later rejection is ignored.
 * @param limit milliseconds
 * @param expire called after the limit. Its error rejects the returned promise
 */
export async function withDeadline<Value>(
  promise: Promise<Value>,
  limit: number,
  expire: () => Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(expire()), limit);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
