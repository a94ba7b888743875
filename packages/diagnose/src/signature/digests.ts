import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Mistake } from '../mistakes/mistake.ts';
import { shortHash, shortHmac } from './short-digests.ts';

/** A digest algorithm, by its name in `node:crypto`. */
export type Algorithm = keyof typeof digestLengths;

/** The length of each digest, in bytes. */
export const digestLengths = {
  sha256: 32,
  sha1: 20,
  sha512: 64,
  sha384: 48,
  sha224: 28,
  md5: 16,
  'sha512-256': 32,
  'sha3-256': 32,
  blake2s256: 32,
  'sha3-512': 64,
  blake2b512: 64,
  ripemd160: 20,
} as const;

/** The algorithms, the most common of each length first. */
export const algorithms = Object.keys(digestLengths).filter(isAlgorithm);

function isAlgorithm(name: string): name is Algorithm {
  return name in digestLengths;
}

/** A way to compute a digest from a secret and a body. */
export interface Construction {
  /** `undefined` for the correct construction. */
  readonly mistake?: Mistake;
  readonly digest: (algorithm: Algorithm, secret: Buffer, body: Buffer) => Buffer;
}

/** View bytes as a Buffer, without copying them. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** To create a key takes longer than an HMAC of a short body. */
const keys = new WeakMap<Buffer, KeyObject>();

/** Compute an HMAC of several parts, without joining them. */
export function hmacOf(algorithm: Algorithm, key: Buffer, ...parts: readonly (Buffer | string)[]): Buffer {
  const short = shortHmac(algorithm, key, parts);
  if (short !== undefined) return short;
  let keyObject = keys.get(key);
  if (keyObject === undefined) {
    keyObject = createSecretKey(key);
    keys.set(key, keyObject);
  }
  const hmac = createHmac(algorithm, keyObject);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Compute a plain hash of several parts. */
export function hashOf(algorithm: Algorithm, ...parts: readonly (Buffer | string)[]): Buffer {
  const short = shortHash(algorithm, parts);
  if (short !== undefined) return short;
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The correct construction. */
export const hmac: Construction = { digest: (algorithm, secret, body) => hmacOf(algorithm, secret, body) };
