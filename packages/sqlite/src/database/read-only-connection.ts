import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { closedError, StoreError } from '../errors.ts';
import { isPassing } from '../file/open-failure.ts';
import { closeQuietly } from '../file/open-file.ts';
import { openView } from '../file/read-only-view.ts';
import type { Connection } from './connection.ts';
import { createStatements } from './statement.ts';

/** The maximum number of attempts at a read while another process writes the file. */
const maxTries = 5;

/**
 * Open a database for reading only, without the permission to write.
 * @throws ConfigurationError if the file cannot be read as it is, with the reason and a remedy
 * @throws OutdatedFileError if something has to be written before it can be read
 */
export function connectReadOnly(path: string): Connection {
  let view = openView(path);
  let statements = createStatements(view.handle);
  let closed = false;

  function reopen(): void {
    closeQuietly(view.handle);
    try {
      view = openView(path);
    } catch (error) {
      throw error instanceof ConfigurationError ? new StoreError(error.message, { cause: error }) : error;
    }
    statements = createStatements(view.handle);
  }

  function check(): void {
    if (closed) throw closedError(path);
    if (!view.handle.open || !view.isCurrent()) reopen();
  }

  return {
    identity: () => view.identity,
    statement: (sql) => statements.statement(sql),
    check,
    read(run) {
      for (let tries = 1; ; tries++) {
        check();
        try {
          const result = run();
          if (view.isCurrent()) return result;
        } catch (error) {
          if (view.isCurrent() && !isPassing(error)) throw error;
          if (tries >= maxTries) throw error;
          closeQuietly(view.handle);
        }
        if (tries >= maxTries) throw new StoreError(`${path} is being replaced or written. Try again.`);
      }
    },
    onError: () => false,
    rollBack() {},
    close() {
      closed = true;
      closeQuietly(view.handle);
    },
  };
}
