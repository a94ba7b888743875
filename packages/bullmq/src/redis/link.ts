import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { closedError, QueueError } from '../errors.ts';
import type { RedisClient } from './clients.ts';
import { withDeadline } from './deadline.ts';

/** The connection on which deliveries are stored. A request waits for it for a limited time. */
export interface Link {
  readonly client: RedisClient;
  /** @throws ConfigurationError or QueueError, if Redis cannot be used within the limit */
  ready(): Promise<void>;
  /**
   * Run commands. Rejects at once while Redis is not connected, while Redis promises too little, and after a time-out until
   * Redis answers again. Otherwise each request would wait until the limit.
   */
  run<Value>(commands: () => Promise<Value>): Promise<Value>;
  close(): void;
}

/** The connection, for reading and changing stored deliveries. Call `run` for each step, because many steps take a while. */
export type LinkCommands = Pick<Link, 'client' | 'run'>;

/** Milliseconds between two checks of a server that promises too little. */
const recheckInterval = 1000;

/**
 * Milliseconds without an answer after which the connection is replaced. The other end of a connection can vanish without
 * closing it, for example if its machine loses power.
 */
const stuckTimeout = 30_000;

/**
 * @param check whether Redis keeps its promises. Called after each connection
 * @param patience the limit, in milliseconds
 */
export function createLink(client: RedisClient, check: () => Promise<void>, patience: number): Link {
  /** The check of the connection. Pending until there is a connection for the first time. */
  let checked: Promise<void>;
  let onFirst: (check: Promise<void>) => void = () => {};
  /** The reason why commands are rejected at once. */
  let refusal: Error | undefined;
  let checkedAt = 0;
  let lastError: Error | undefined;
  let isClosed = false;
  let replacing: NodeJS.Timeout | undefined;

  checked = new Promise((resolve) => {
    onFirst = resolve;
  });

  function checkAgain(): void {
    clearTimeout(replacing);
    checkedAt = performance.now();
    const current = check().then(
      () => {
        if (checked === current) refusal = undefined;
      },
      (error: Error) => {
        if (checked === current) refusal = error;
        throw error;
      },
    );
    checked = current;
    checked.catch(() => {});
    onFirst(checked);
  }

  function notAnswering(): QueueError {
    const reason = lastError === undefined ? '' : ` Last error: ${lastError.message}`;
    return new QueueError(`Redis did not respond within ${patience} ms.${reason}`);
  }

  /** Reject further commands until Redis answers. Replies keep their order, so a reply means that it has caught up. */
  function trip(): QueueError {
    refusal = notAnswering();
    if (client.status === 'ready' && !isClosed) {
      client.ping().then(checkAgain, () => {});
      clearTimeout(replacing);
      replacing = setTimeout(() => client.disconnect(true), stuckTimeout);
      replacing.unref();
    }
    return notAnswering();
  }

  client.on('ready', checkAgain);
  client.on('error', (error: Error) => {
    lastError = error;
  });
  client.on('close', () => {
    clearTimeout(replacing);
    // Before the first connection, requests wait for it.
    if (checkedAt === 0) return;
    const reason = lastError === undefined ? '' : `: ${lastError.message}`;
    refusal = new QueueError(`Redis is not connected${reason}. The queue reconnects.`);
  });
  if (client.status === 'ready') checkAgain();

  /** @throws the reason why commands are rejected */
  function requireUsable(): void {
    if (isClosed) throw closedError();
    if (refusal === undefined) return;
    const canCheck = refusal instanceof ConfigurationError && client.status === 'ready';
    if (!canCheck || performance.now() - checkedAt < recheckInterval) throw refusal;
    // After a failover, a new connection may lead to another server. It is checked when it is ready.
    client.disconnect(true);
    throw refusal;
  }

  return {
    client,
    async ready() {
      requireUsable();
      await withDeadline(checked, patience, notAnswering);
    },
    async run(commands) {
      requireUsable();
      let isLate = false;
      const expire = () => {
        isLate = true;
        return trip();
      };
      // Commands that are late are not sent, because their deliveries have been rejected.
      const result = checked.then(() => (isLate ? Promise.reject(notAnswering()) : commands()));
      return withDeadline(result, patience, expire);
    },
    close() {
      isClosed = true;
      clearTimeout(replacing);
      client.disconnect();
    },
  };
}
