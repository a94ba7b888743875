import { ConfigurationError } from '@spiderfoot-webhooks/core';

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

/** What a store with `readOnly` answers to a write. */
export function readOnlyError(path: string): StoreError {
  return new StoreError(
    `${path} was opened with readOnly: true, so nothing can be written. Open it without readOnly.`,
  );
}

/** A file cannot be opened with `readOnly` yet: something has to be written first. */
export class OutdatedFileError extends ConfigurationError {
  constructor(path: string, because: string) {
    super(
      'path',
      `${path} ${because}, which has to be brought up to date before it can be read. Open it once as a user who may write it: start the receiver, or run \`spiderfoot-webhooks log\` as the file's owner.`,
    );
  }
}
