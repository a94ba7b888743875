import type { RedisClient } from '../redis/clients.ts';
import { withDeadline } from '../redis/deadline.ts';

/** Waits for jobs that other processes add, or that become due. */
export interface MarkerWait {
  /** Begin to wait, unless it waits already. It ends with the next job, so call it again when the queue is empty. */
  begin(): void;
  close(): void;
}

/** Seconds that one command waits in Redis. */
const blockSeconds = 5;

/** Milliseconds after which a connection that has not answered a waiting command is replaced. */
const stuckAfter = blockSeconds * 1000 + 2000;

/** Milliseconds until the next try after an error. Meanwhile, the worker polls. */
const errorPause = 1000;

/**
 * BullMQ adds a member to the marker of a queue when a job is added or becomes due. Taking it wakes one worker, which adds
 * it again when it claims a job, so that the next worker wakes. A worker without a free place must therefore not wait.
 * @param client a connection of its own, because the command blocks it
 * @param wake called when a job may be due
 */
export function createMarkerWait(client: RedisClient, marker: string, wake: () => void): MarkerWait {
  let isWaiting = false;
  let isClosed = false;
  client.on('error', () => {});

  async function wait(): Promise<void> {
    for (;;) {
      try {
        const found = await withDeadline(client.bzpopmin(marker, blockSeconds), stuckAfter, replace);
        if (found !== null || isClosed) return;
      } catch {
        if (isClosed) return;
        await nextTry();
      }
    }
  }

  /** Wait until the connection is ready, or for a while if the error has another reason. */
  function nextTry(): Promise<void> {
    return new Promise((resolve) => {
      const proceed = () => {
        clearTimeout(timer);
        client.off('ready', proceed);
        resolve();
      };
      const timer = setTimeout(proceed, errorPause);
      if (client.status !== 'ready') client.once('ready', proceed);
    });
  }

  function replace(): Error {
    if (!isClosed) client.disconnect(true);
    return new Error('Redis did not respond');
  }

  return {
    begin() {
      if (isWaiting || isClosed) return;
      isWaiting = true;
      void wait().then(() => {
        isWaiting = false;
        if (!isClosed) wake();
      });
    },
    close() {
      isClosed = true;
      client.disconnect();
    },
  };
}
