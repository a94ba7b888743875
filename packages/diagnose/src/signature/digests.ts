import { createHash, createHmac } from 'node:crypto';
import type { Mistake } from '../mistakes/mistake.ts';

/** A digest algorithm, by its name in `node:crypto`. */
export type Algorithm = 'sha256' | 'sha1' | 'sha512' | 'sha384' | 'sha224' | 'md5';

/** The length of each digest, in bytes. */
export const digestLengths: Readonly<Record<Algorithm, number>> = {
  sha256: 32,
  sha1: 20,
  sha512: 64,
  sha384: 48,
  sha224: 28,
  md5: 16,
};

/** A way to compute a digest from a secret and a body. */
export interface Construction {
  /** `undefined` for the correct construction. */
  readonly mistake?: Mistake;
  readonly digest: (algorithm: Algorithm, secret: Buffer, body: Buffer) => string;
}

/** View bytes as a Buffer, without copying them. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const hmac: Construction = {
  digest: (algorithm, secret, body) => createHmac(algorithm, secret).update(body).digest('hex'),
};

/** Incorrect constructions that are used instead of HMAC. */
export const constructions: readonly Construction[] = [
  {
    mistake: {
      name: 'hmac-swapped',
      fix: 'The key and the message of the HMAC are swapped. Use the secret as the key, and the body as the message.',
    },
    digest: (algorithm, secret, body) => createHmac(algorithm, body).update(secret).digest('hex'),
  },
  {
    mistake: {
      name: 'hash-secret-first',
      fix: 'The signature is a plain hash of the secret followed by the body. Use HMAC: hmac.new(secret, body, sha256).',
    },
    digest: (algorithm, secret, body) => createHash(algorithm).update(secret).update(body).digest('hex'),
  },
  {
    mistake: {
      name: 'hash-body-first',
      fix: 'The signature is a plain hash of the body followed by the secret. Use HMAC: hmac.new(secret, body, sha256).',
    },
    digest: (algorithm, secret, body) => createHash(algorithm).update(body).update(secret).digest('hex'),
  },
  {
    mistake: {
      name: 'hash-without-secret',
      fix: 'The signature is a hash of the body without a secret, which anyone can compute. Use HMAC: hmac.new(secret, body, sha256).',
    },
    digest: (algorithm, _, body) => createHash(algorithm).update(body).digest('hex'),
  },
];
