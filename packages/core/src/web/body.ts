import { toBytes } from '../bytes.ts';
import { createCollector } from '../collector.ts';
import type { BodyRead } from '../delivery.ts';

/** Reads a fetch request's body, bounded in size and time. */
export async function readBody(request: Request, limit: number, timeout: number): Promise<BodyRead> {
  if (request.bodyUsed) return 'body_already_parsed';
  return inTime(timeout, (late) => readWithin(request, limit, late));
}

/** Takes the bytes that somebody else is reading, within the same bounds. */
export function takeBody(kept: Promise<Uint8Array>, limit: number, timeout: number): Promise<BodyRead> {
  return inTime(timeout, async () => bounded(await kept, limit));
}

/** Bytes of a rejected body that are read before the answer. A sender that writes more may not get to read it. */
export const mostDiscarded = 64 * 1024 * 1024;

/**
 * Reads and discards the rest of a body. Await it before you answer: a fetch runtime stops reading the request when it
 * has the response, and then closes the connection under a sender that is still writing and has not read the answer.
 * Does nothing if another reader has the body.
 * @param timeout milliseconds, after which the stream is canceled
 */
export async function discardBody(body: ReadableStream<Uint8Array> | null, timeout: number): Promise<void> {
  if (body === null || body.locked) return;
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  const timer = setTimeout(stop, timeout);
  let discarded = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      discarded += value.byteLength;
      if (discarded > mostDiscarded) return stop();
    }
  } catch {
    // The sender has gone.
  } finally {
    clearTimeout(timer);
  }
}

async function inTime(
  timeout: number,
  read: (late: Promise<BodyRead>) => Promise<BodyRead>,
): Promise<BodyRead> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'body_timeout'>((resolve) => {
    timer = setTimeout(() => resolve('body_timeout'), timeout);
  });
  try {
    return await Promise.race([read(late), late]);
  } catch {
    return 'request_aborted';
  } finally {
    clearTimeout(timer);
  }
}

function bounded(bytes: Uint8Array, limit: number): BodyRead {
  return bytes.byteLength > limit ? 'body_too_large' : bytes;
}

/** Counts the bytes whatever length was declared: a platform need not have held the body to its `Content-Length`. */
async function readWithin(request: Request, limit: number, late: Promise<unknown>): Promise<BodyRead> {
  const { body } = request;
  if (body === null) return new Uint8Array();
  if (body.locked) return 'body_already_parsed';
  return readStream(body.getReader(), limit, late);
}

async function readStream(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
  late: Promise<unknown>,
): Promise<BodyRead> {
  const collector = createCollector(limit);
  // A reader left waiting would hold the connection's stream forever.
  void late.then(() => reader.cancel()).catch(() => {});
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return collector.bytes();
    const bytes = chunkBytes(value);
    if (bytes !== undefined && collector.add(bytes)) continue;
    reader.releaseLock();
    return bytes === undefined ? 'body_already_parsed' : 'body_too_large';
  }
}

/** A stream that an app has put into a `Request` may hold text, although fetch itself never reads any. */
function chunkBytes(chunk: unknown): Uint8Array | undefined {
  return typeof chunk === 'string' ? new TextEncoder().encode(chunk) : toBytes(chunk);
}
