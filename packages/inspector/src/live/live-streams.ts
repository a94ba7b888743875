import type { Site } from '../site.ts';
import { createLiveFeed, type LiveState, type LiveSubject } from './live-feed.tsx';

/** The most streams at the same time. */
export const mostStreams = 32;
/** A stream ends after ten minutes, in milliseconds. The browser connects again, so a login that has expired is noticed. */
const longest = 600_000;
/** A proxy closes a connection on which nothing is sent. In milliseconds. */
const heartbeat = 15_000;
/** A client that has not read for this number of heartbeats loses its stream. */
const mostUnreadBeats = 4;

/** The open event streams. */
export interface LiveStreams {
  /** Open a stream. `undefined` if too many are open. */
  open(subject: LiveSubject): ReadableStream<Uint8Array> | undefined;
  /** End all streams. */
  close(): void;
}

/** Create the event streams of an inspector. All of them share one poller, which runs only while a stream is open. */
export function createLiveStreams(site: Site): LiveStreams {
  const feed = createLiveFeed(site);
  const ends = new Set<() => void>();

  function open(subject: LiveSubject): ReadableStream<Uint8Array> | undefined {
    if (ends.size >= mostStreams) return undefined;
    const encoder = new TextEncoder();
    const toText = createEventWriter();
    let latest: LiveState | undefined;
    let unreadBeats = 0;
    let release = () => {};

    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          const end = () => {
            release();
            controller.close();
          };
          const isRead = () => (controller.desiredSize ?? 0) > 0;
          const beat = setInterval(() => {
            unreadBeats = isRead() ? 0 : unreadBeats + 1;
            if (unreadBeats === 0) controller.enqueue(encoder.encode(':\n\n'));
            if (unreadBeats < mostUnreadBeats) return;
            release();
            controller.error(new Error('The client does not read its event stream.'));
          }, heartbeat);
          const limit = setTimeout(end, longest);
          const unfollow = feed.follow(subject, (state) => {
            latest = state;
            send(controller);
          });
          release = () => {
            clearInterval(beat);
            clearTimeout(limit);
            unfollow();
            ends.delete(end);
          };
          ends.add(end);
        },
        pull: send,
        cancel: () => release(),
      },
      new CountQueuingStrategy({ highWaterMark: 1 }),
    );

    /**
     * Send the latest state, if the client has read the previous one. A slow client gets fewer states, so that nothing is
     * kept for it.
     */
    function send(controller: ReadableStreamDefaultController<Uint8Array>): void {
      if (latest === undefined || (controller.desiredSize ?? 0) <= 0) return;
      const text = toText(latest);
      latest = undefined;
      if (text !== '') controller.enqueue(encoder.encode(text));
    }
  }

  return {
    open,
    close() {
      for (const end of [...ends]) end();
    },
  };
}

/** Return a function that writes the events of a state, as far as they differ from the previous state. */
function createEventWriter(): (state: LiveState) => string {
  let sent: ReadonlyMap<string, string> = new Map();
  let sentHealth: string | undefined;
  let sentChanges: number | undefined;

  return ({ health, changes, rows }) => {
    const events: string[] = [];
    const healthText = JSON.stringify(health);
    // The page shows the age of the oldest delivery, which changes each second.
    const ages = health?.ready === true && health.oldest !== undefined;
    if (health !== undefined && (ages || healthText !== sentHealth)) events.push(event('health', health));
    if (changes !== sentChanges) events.push(event('overview', { at: Date.now() }));
    const changed = rows.filter(({ key, version }) => sent.get(key) !== version);
    if (changed.length > 0) {
      const html = changed.map((row) => row.html).join('');
      events.push(event('deliveries', { html, keys: changed.map(({ key }) => key) }));
    }
    sentHealth = healthText;
    sentChanges = changes;
    sent = new Map(rows.map(({ key, version }) => [key, version]));
    return events.join('');
  };
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
