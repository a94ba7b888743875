import { createHash } from 'node:crypto';
import type { Database } from './database.ts';
import { type ListeningClient, openListeningClient } from './listening-client.ts';

/** Announces new deliveries to other processes, and hears their announcements. */
export interface Listener {
  /** Announce that deliveries were queued. Several calls in a row send one notification. */
  announce(): void;
  close(): Promise<void>;
}

/** Milliseconds between two notifications. PostgreSQL commits transactions with notifications one after another. */
const announcePause = 20;

/** Milliseconds between two attempts to listen, at most. The pauses double from the interval of polling. */
const longestPause = 60_000;

/**
 * @param number identifies this store, whose own notifications are ignored. While the connection lasts, it holds an
 *   advisory lock with `lockClass` and this number
 * @param onAnnounced called when another process has queued deliveries
 */
export function createListener(
  db: Database,
  { lockClass, number }: { readonly lockClass: number; readonly number: number },
  { isEnabled, pause }: { readonly isEnabled: boolean; readonly pause: number },
  onAnnounced: () => void,
): Listener {
  // The length of a channel's name is limited.
  const channel = `spiderfoot_${createHash('sha1').update(db.schema).digest('hex').slice(0, 16)}`;
  const name = String(number);
  const statements = [
    { text: `LISTEN ${channel}` },
    { text: 'SELECT pg_advisory_lock($1, $2)', values: [lockClass, number] },
  ];
  let client: ListeningClient | undefined;
  let connecting: NodeJS.Timeout | undefined;
  let announcing: NodeJS.Timeout | undefined;
  let delay = pause;
  let isAnnounced = false;
  let isClosed = false;

  /** Connect again after a pause. In the meantime, polling finds the deliveries of other processes. */
  function connectLater(after: number): void {
    if (isClosed || !isEnabled) return;
    connecting = setTimeout(() => void connect(), after).unref();
  }

  async function connect(): Promise<void> {
    try {
      await db.ready();
    } catch {
      connectLater(pause);
      return;
    }
    if (isClosed || !db.canListen()) return;
    client = openListeningClient(db, statements, {
      onListening() {
        delay = pause;
        // Deliveries may have been queued while this process did not listen.
        onAnnounced();
      },
      onMessage(payload) {
        if (payload !== name) onAnnounced();
      },
    });
    await client.ended;
    client = undefined;
    connectLater(delay);
    delay = Math.max(pause, Math.min(delay * 2, longestPause));
  }

  async function send(): Promise<void> {
    isAnnounced = false;
    const query = { text: 'SELECT pg_notify($1, $2)', values: [channel, name] };
    // If the notification fails, polling finds the deliveries.
    await db.run(query).catch(() => {});
    announcing = setTimeout(() => {
      announcing = undefined;
      if (isAnnounced) void send();
    }, announcePause).unref();
  }

  connectLater(0);
  return {
    announce() {
      if (isClosed) return;
      if (announcing === undefined && !isAnnounced) {
        isAnnounced = true;
        void send();
      } else isAnnounced = true;
    },
    async close() {
      isClosed = true;
      clearTimeout(connecting);
      clearTimeout(announcing);
      await client?.close();
    },
  };
}
