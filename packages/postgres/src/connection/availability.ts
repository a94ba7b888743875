import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { closedError, isUnavailable, StoreError, unavailableError, unusableError } from '../errors.ts';
import { type Deadline, remaining } from './deadline.ts';

/** Knows whether the server can be used, so that deliveries are rejected at once while it cannot. */
export interface Availability {
  /**
   * Resolves when the server can be used.
   * @throws StoreError at once if the server was not available at the last check, and otherwise at the deadline
   */
  require(deadline: Deadline): Promise<void>;
  /** Check the server now, unless it is known to be available. Waits without a limit for a migration. */
  ready(): Promise<void>;
  /** Note that the server cannot be used. It is checked until it can be used again. */
  fail(error: unknown): void;
  /** Note that the server must be checked before the next use, which waits for the check. */
  expire(): void;
  close(): void;
}

/** Milliseconds between two checks of a server that is not available: at first, and at most. */
const pauses = { first: 50, longest: 1000 };

/** @param check connects to the server and checks it. Rejects if the server cannot be used */
export function createAvailability(check: () => Promise<void>): Availability {
  let isAvailable = false;
  /** The reason why the server is not available. `undefined` until the first check has failed. */
  let failure: unknown;
  let checking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = pauses.first;
  let isClosed = false;

  function begin(): Promise<void> {
    checking ??= check()
      .then(
        () => {
          isAvailable = true;
          failure = undefined;
          pause = pauses.first;
        },
        (error) => {
          isAvailable = false;
          failure = toFailure(error);
          checkLater();
          throw failure;
        },
      )
      .finally(() => {
        checking = undefined;
      });
    return checking;
  }

  function checkLater(): void {
    if (isClosed) return;
    clearTimeout(timer);
    timer = setTimeout(() => begin().catch(() => {}), pause).unref();
    pause = Math.min(pause * 2, pauses.longest);
  }

  return {
    async require(deadline) {
      if (isClosed) throw closedError();
      if (isAvailable) return;
      if (failure !== undefined) throw failure;
      await before(deadline, begin()).catch((error: unknown) => {
        failure ??= error;
        throw error;
      });
    },
    async ready() {
      if (isClosed) throw closedError();
      if (isAvailable) return;
      // A check that has already begun may have failed before the server could be used.
      if (checking !== undefined && (await succeeds(checking))) return;
      if (isClosed) throw closedError();
      await begin();
    },
    fail(error) {
      if (!isAvailable) return;
      isAvailable = false;
      failure = toFailure(error);
      checkLater();
    },
    expire() {
      isAvailable = false;
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

function toFailure(error: unknown): unknown {
  if (error instanceof StoreError || error instanceof ConfigurationError) return error;
  return isUnavailable(error) ? unavailableError(error) : unusableError(error);
}

async function succeeds(promise: Promise<void>): Promise<boolean> {
  try {
    await promise;
    return true;
  } catch {
    return false;
  }
}

async function before(deadline: Deadline, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new StoreError(`PostgreSQL is not ready after ${deadline.duration} ms.`);
    timer = setTimeout(() => reject(error), remaining(deadline));
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
