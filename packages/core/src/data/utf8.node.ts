import { Buffer, isAscii } from 'node:buffer';
import { decodeUtf8 as decodeAny } from './utf8.web.ts';

/**
 * Decode UTF-8 and drop a byte order mark. Returns `undefined` if the bytes are not UTF-8.
 *
 * Python's JSON is ASCII, and of ASCII Node makes a string as Latin-1 in less time than as UTF-8; from a megabyte on
 * in a quarter of it, because V8 then leaves the text where it is.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  if (!isAscii(bytes)) return decodeAny(bytes);
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}
