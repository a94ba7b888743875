/**
 * The store cannot be used now: its file or better-sqlite3 fails, or the store was closed. The message says what to do. The
 * receiver answers 503 meanwhile.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

export function closedError(path: string): StoreError {
  return new StoreError(`${path} has been closed by store.close(). Open it again to go on.`);
}
