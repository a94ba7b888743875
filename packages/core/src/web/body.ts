import { createCollector } from '../collector.ts';
import type { BodyRead } from '../delivery.ts';

/** Reads a fetch request's body, bounded in size and time. */
export async function readBody(request: Request, limit: number, timeout: number): Promise<BodyRead> {
  if (request.bodyUsed) return 'body_already_parsed';
  return inTime(timeout, (late) => readWithin(request, limit, timeout, late));
}

/** Takes the bytes that somebody else is reading, within the same bounds. */
export function takeBody(kept: Promise<Uint8Array>, limit: number, timeout: number): Promise<BodyRead> {
  return inTime(timeout, async () => bounded(await kept, limit));
}

/**
 * Reads on and throws away, because a sender may read nothing before it has written everything. Does nothing where
 * somebody else reads.
 * @param timeout milliseconds, after which the stream is cancelled
 */
export function discardBody(body: ReadableStream<Uint8Array> | null, timeout: number): void {
  body?.pipeTo(new WritableStream(), { signal: AbortSignal.timeout(timeout) }).catch(() => {});
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

/** Counted, whatever length was declared: who hands over a `Request` need not have held the body to it. */
async function readWithin(
  request: Request,
  limit: number,
  timeout: number,
  late: Promise<unknown>,
): Promise<BodyRead> {
  const { body } = request;
  if (body === null) return new Uint8Array();
  if (body.locked) return 'body_already_parsed';
  const bytes = await readStream(body.getReader(), limit, late);
  if (bytes === 'body_too_large') discardBody(body, timeout);
  return bytes;
}

async function readStream(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
  late: Promise<unknown>,
): Promise<BodyRead> {
  const collector = createCollector(limit);
  // A reader left waiting would hold the connection's stream for ever.
  void late.then(() => reader.cancel()).catch(() => {});
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return collector.bytes();
    if (collector.add(value)) continue;
    reader.releaseLock();
    return 'body_too_large';
  }
}
