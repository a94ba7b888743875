import { ConfigurationError } from '@spiderfoot-webhooks/core';

/**
 * The store cannot be used now, because the server does not respond or the store was closed. The message names the fix.
 * Meanwhile, the receiver responds with 503.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** The server or the database cannot keep deliveries safely. The message names the setting and the fix. */
export class ServerSettingError extends ConfigurationError {
  /** The setting of PostgreSQL, for example `fsync`. */
  readonly setting: string;

  constructor(setting: string, problem: string) {
    super('connection', `leads to a server that cannot be used: ${problem}`);
    this.setting = setting;
  }
}

export function closedError(): StoreError {
  return new StoreError('The store has been closed by store.close(). Open it again to continue.');
}

/** Create the error for a write to a store with `readOnly`. */
export function readOnlyError(): StoreError {
  return new StoreError('The store was opened with readOnly: true. To write, open it without readOnly.');
}

/** Create the error of a server that does not answer. */
export function unavailableError(cause: unknown): StoreError {
  return new StoreError(`PostgreSQL is not available: ${messageOf(cause)}`, { cause });
}

/** Create the error of a server that answers with an error when it is checked, for example for lack of a permission. */
export function unusableError(cause: unknown): StoreError {
  return new StoreError(`The schema cannot be opened or migrated: ${messageOf(cause)}`, { cause });
}

/** An attempt to connect to several addresses fails with an error that has only a code. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || codeOf(error) || error.name;
}

/** Return the SQLSTATE or the system's code of an error. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * SQLSTATE codes of a server that cannot be used: connection failures (08), a full disk, too little memory or too many
 * connections (53), shutting down or starting (57P), a standby (25006), an internal error of its I/O (58). A statement that
 * the server has ended after its `statement_timeout` or `lock_timeout` also concerns all deliveries, and not one of them.
 */
const unavailableStates = /^(?:08...|53...|57014|55P03|57P0[1-5]|58...|25006)$/;

/** Return whether a table or the schema of a statement does not exist. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === '42P01' || codeOf(error) === '3F000';
}

/** Return whether a statement took too long, which a statement that reads much may do while the server can be used. */
export function isTimeout(error: unknown): boolean {
  return error instanceof StoreError || codeOf(error) === '57014' || codeOf(error) === '55P03';
}

/** Return whether an error means that the server or the connection to it cannot be used. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  // pg reports a connection that ends as an error without a code.
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return !(error instanceof ConfigurationError);
  return unavailableStates.test(code) || !/\d/.test(code);
}
