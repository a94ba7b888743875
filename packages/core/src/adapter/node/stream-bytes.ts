import type { IncomingMessage } from 'node:http';
import { toBytes } from '../../data/bytes.ts';

/**
 * Return the bytes of a chunk from the request's stream. Chunks are strings if the app has called
 * `req.setEncoding()`, and can be anything if the app has replaced the stream.
 * @returns `undefined` if the chunk is not binary data or text
 */
export function chunkBytes(req: IncomingMessage, chunk: unknown): Uint8Array | undefined {
  return typeof chunk === 'string' ? Buffer.from(chunk, req.readableEncoding ?? 'utf8') : toBytes(chunk);
}

/**
 * Return whether decoding the stream to strings has lost bytes. Invalid UTF-8 becomes U+FFFD, and UTF-16 loses the
 * last of an odd number of bytes. The signature could then never match, and the rejection would blame the secret.
 */
export function hasLostBytes(req: IncomingMessage, size: number): boolean {
  const declared = req.headers['content-length'];
  return typeof req.readableEncoding === 'string' && declared !== undefined && Number(declared) !== size;
}
