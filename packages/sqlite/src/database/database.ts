import {
  type CommitListener,
  createCommitListeners,
  type DurableStoreSettings,
} from '@spiderfoot-webhooks/core/stores';
import { readOnlyError } from '../errors.ts';
import { adoptRowsOfOtherPrograms } from '../schema/rows-of-other-programs.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { connectReadOnly } from './read-only-connection.ts';
import type { Statements } from './statement.ts';
import { connect } from './writable-connection.ts';

/** The open file of a store. Statements that write run inside one of the `write` functions. */
export interface Database extends Statements, Omit<GroupCommit, 'drain'> {
  readonly path: string;
  /** Whether every write rejects. */
  readonly readOnly: boolean;
  /** Return the identity of the file on this machine. `undefined` for a database in memory. */
  identity(): string | undefined;
  /**
   * Check that the path still leads to the open file. Reopen the file after an error.
   * @throws StoreError if the file is missing, was replaced, or cannot be opened again, and after {@link close}
   */
  check(): void;
  /** Run read-only statements, after the rows of other programs are updated. */
  read<Result>(run: () => Result): Promise<Result>;
  /** @throws StoreError if the file is open for reading only */
  requireWritable(): void;
  /** Report an error in the background, which no caller receives. */
  reportError(error: unknown): void;
  /** Call a function after each successful commit. */
  onCommit(listener: CommitListener): void;
  /** Complete the pending writes, then close the file. */
  close(): Promise<void>;
}

/**
 * @param reportError called with each error in the background
 * @throws ConfigurationError if the file cannot be used, with the reason
 */
export function openDatabase(
  path: string,
  { readOnly, mustExist }: Pick<DurableStoreSettings, 'readOnly' | 'mustExist'>,
  reportError: (error: unknown) => void,
): Database {
  const commits = createCommitListeners(reportError);
  const connection = readOnly ? connectReadOnly(path) : connect(path, mustExist);
  const { write, writeLast, writeLater, drain } = readOnly
    ? rejectWrites(path)
    : createGroupCommit(connection, commits);
  const { statement, identity, check } = connection;
  return {
    path,
    readOnly,
    statement,
    identity,
    check,
    write,
    writeLast,
    writeLater,
    reportError,
    onCommit: commits.add,
    async read(run) {
      try {
        if (!readOnly) {
          check();
          await adoptRowsOfOtherPrograms({ statement, write });
        }
        return connection.read(run);
      } catch (error) {
        connection.onError(error);
        throw error;
      }
    },
    requireWritable() {
      if (readOnly) throw readOnlyError(path);
    },
    async close() {
      await drain();
      connection.close();
    },
  };
}

function rejectWrites(path: string): GroupCommit {
  const reject = () => Promise.reject(readOnlyError(path));
  return { write: reject, writeLast: reject, writeLater: reject, drain: () => Promise.resolve() };
}
