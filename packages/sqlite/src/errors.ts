/** The file cannot be used now; it may be later, unless the store was closed. The receiver answers 503 meanwhile. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

export function closedError(path: string): StoreError {
  return new StoreError(`${path} has been closed by store.close(). Open it again to go on.`);
}
