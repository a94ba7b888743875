import type { Statements } from './statement.ts';

/** An open file. It is opened again after an error that makes its handle unusable. */
export interface Connection extends Statements {
  /** Return the identity of the file on this machine. `undefined` for a database in memory. */
  identity(): string | undefined;
  /**
   * Check that the path still leads to the open file. Reopen the file after an error.
   * @throws StoreError if the file is missing, was replaced, or cannot be opened again, and after {@link close}
   */
  check(): void;
  /** Run read-only statements on a file that does not change in the meantime. */
  read<Result>(run: () => Result): Result;
  /**
   * Handle an error of a statement.
   * @returns whether the open handle may be damaged. If so, {@link check} reopens the file
   */
  onError(error: unknown): boolean;
  /** End a transaction that has failed. If that is not possible, reopen the file. */
  rollBack(): void;
  close(): void;
}
