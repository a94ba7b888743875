/** The file cannot be used now; it may be later. The receiver answers 503 meanwhile. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
