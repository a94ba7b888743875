import { toBytes } from '../../data/bytes.ts';
import { createBodyBuffer } from '../body-buffer.ts';
import type { BodyRead } from '../delivery.ts';

/** Read a fetch request's body within limits of size and time. */
export async function readBody(request: Request, limit: number, timeout: number): Promise<BodyRead> {
  if (request.bodyUsed) return 'body_already_parsed';
  return inTime(timeout, (late) => readWithin(request, limit, late));
}

/** Wait for the bytes that another reader is reading, for at most the same time. */
export function takeBody(kept: Promise<Uint8Array>, timeout: number): Promise<BodyRead> {
  return inTime(timeout, () => kept);
}

/**
 * The maximum number of bytes of a rejected body that are read before the response. A sender that writes more may not see
 * the response.
 */
export const maxDiscarded = 64 * 1024 * 1024;

/**
 * Read and discard the rest of a body. Await this before you respond: a fetch runtime stops reading the request when
 * it has the response. It then closes the connection while the sender is still writing, so the sender never reads the
 * response. Does nothing if another reader has the body.
 * @param timeout the time after which the stream is canceled, in milliseconds
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
      if (discarded > maxDiscarded) return stop();
    }
  } catch {
    // The sender has disconnected.
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

/** Count the bytes even if a length was declared, because a platform may not enforce `Content-Length`. */
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
  const collector = createBodyBuffer(limit);
  // A pending read would keep the connection's stream open forever.
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

/** A stream that an app passes to a `Request` may yield strings, although fetch itself never does. */
function chunkBytes(chunk: unknown): Uint8Array | undefined {
  return typeof chunk === 'string' ? new TextEncoder().encode(chunk) : toBytes(chunk);
}
