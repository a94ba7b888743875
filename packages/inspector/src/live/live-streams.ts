import type { Site } from '../site.ts';
import { createWatch } from './watch.ts';

/** The most streams at the same time. Each can cost a query a second. */
const mostStreams = 32;
/** A stream ends after ten minutes, in milliseconds. The browser connects again, so a login that has expired is noticed. */
const longest = 600_000;
/** A proxy closes a connection on which nothing is sent. In milliseconds. */
const heartbeat = 15_000;
/** Unread parts after which a client is too slow. */
const mostUnread = 64;

/** Sends one event to one stream. */
type SendEvent = (name: string, data: unknown) => void;

/** Called after each change, once for each stream. */
type OnChange = (send: SendEvent) => Promise<void>;

/** The open event streams. */
export interface LiveStreams {
  /** Open a stream. `undefined` if too many are open. */
  open(onChange: OnChange): ReadableStream<Uint8Array> | undefined;
  close(): void;
}

/** Create the event streams of an inspector. All of them share one poller, which runs only while a stream is open. */
export function createLiveStreams(site: Pick<Site, 'store'>): LiveStreams {
  const streams = new Set<{ readonly changed: () => Promise<void>; readonly end: () => void }>();
  const watch = createWatch(site.store, async () => {
    await Promise.allSettled([...streams].map(({ changed }) => changed()));
  });

  return {
    open(onChange) {
      if (streams.size >= mostStreams) return undefined;
      const encoder = new TextEncoder();
      let end = () => {};
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const write = (text: string) => {
              if ((controller.desiredSize ?? 0) < -mostUnread) end();
              else controller.enqueue(encoder.encode(text));
            };
            const send: SendEvent = (name, data) =>
              write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
            const beat = setInterval(() => write(': still here\n\n'), heartbeat);
            const limit = setTimeout(() => end(), longest);
            const stream = {
              changed: async () => {
                if (streams.has(stream))
                  await onChange((name, data) => streams.has(stream) && send(name, data));
              },
              end: () => end(),
            };
            end = () => {
              if (!streams.delete(stream)) return;
              clearInterval(beat);
              clearTimeout(limit);
              if (streams.size === 0) watch.stop();
              try {
                controller.close();
              } catch {
                // The client has closed the connection.
              }
            };
            streams.add(stream);
            write('retry: 2000\n\n');
            watch.start();
            void stream.changed().catch(() => {});
          },
          cancel: () => end(),
        },
        new CountQueuingStrategy({ highWaterMark: 1 }),
      );
    },
    close() {
      for (const { end } of [...streams]) end();
      watch.stop();
    },
  };
}
