import type { IncomingMessage } from 'node:http';
import { toBytes } from '../bytes.ts';

/**
 * Returns the bytes of a chunk of the request's stream. An app that has called `req.setEncoding()` gets strings, and an
 * app that has replaced the stream may get anything.
 * @returns `undefined` if the chunk holds no bytes
 */
export function chunkBytes(req: IncomingMessage, chunk: unknown): Uint8Array | undefined {
  return typeof chunk === 'string' ? Buffer.from(chunk, req.readableEncoding ?? 'utf8') : toBytes(chunk);
}

/**
 * Returns whether decoding the stream to strings has lost bytes. Invalid UTF-8 becomes U+FFFD, and UTF-16 loses the last
 * of an odd number of bytes: the signature could never match, and the secret would be blamed for it.
 */
export function hasLostBytes(req: IncomingMessage, size: number): boolean {
  const declared = req.headers['content-length'];
  return typeof req.readableEncoding === 'string' && declared !== undefined && Number(declared) !== size;
}
