import { ConfigurationError } from '@spiderfoot-webhooks/core';

/**
 * The store cannot be used, because its file or better-sqlite3 fails, or because the store was closed. The message says how
 * to fix it. Until then, the receiver rejects deliveries with 503, so that SpiderFoot retries them.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

export function closedError(path: string): StoreError {
  return new StoreError(`${path} has been closed by store.close(). Open it again to continue.`);
}

/** Create the error for a write to a store with `readOnly`. */
export function readOnlyError(path: string): StoreError {
  return new StoreError(
    `${path} was opened with readOnly: true and cannot be written. To write, open it without readOnly.`,
  );
}

/**
 * The file was written by an older version of the kit, and another process has it open. Thrown only with `mustExist`. The
 * file was not changed.
 */
export class FileInUseError extends ConfigurationError {
  constructor(path: string) {
    super(
      'path',
      `${path} was written by an older version of the kit, and a process has it open. Stop that process first, because this version changes the file in such a way that the older version can no longer write it.`,
    );
  }
}

/** The file must be updated before it can be opened with `readOnly`. */
export class OutdatedFileError extends ConfigurationError {
  constructor(path: string, because: string) {
    super(
      'path',
      `${path} ${because}, so it must be updated before it can be read. Open it once with write permission: start the receiver, or run \`spiderfoot-webhooks log\` as the file's owner.`,
    );
  }
}
