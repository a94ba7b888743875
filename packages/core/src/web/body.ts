import type { BodyRead } from '../delivery.ts';

/** Reads a fetch request's body, bounded in size and time. */
export async function readBody(request: Request, limit: number, timeout: number): Promise<BodyRead> {
  if (request.bodyUsed) return 'body_already_parsed';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'body_timeout'>((resolve) => {
    timer = setTimeout(() => resolve('body_timeout'), timeout);
  });
  try {
    return await Promise.race([readWithin(request, limit, late), late]);
  } catch {
    return 'request_aborted';
  } finally {
    clearTimeout(timer);
  }
}

/** A declared length has been held against the limit already, and the server holds the body to it. */
async function readWithin(request: Request, limit: number, late: Promise<unknown>): Promise<BodyRead> {
  if (request.headers.has('content-length')) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.byteLength > limit ? 'body_too_large' : bytes;
  }
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
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A reader left waiting would hold the connection's stream for ever.
  void late.then(() => reader.cancel()).catch(() => {});
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      void reader.cancel().catch(() => {});
      return 'body_too_large';
    }
    chunks.push(value);
  }
  return concat(chunks, size);
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
