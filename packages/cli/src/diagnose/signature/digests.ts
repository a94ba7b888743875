import { createHash, createHmac } from 'node:crypto';
import type { Mistake } from '../mistakes/mistake.ts';

/** A digest algorithm, by the name that node:crypto has for it. */
export type Algorithm = 'sha256' | 'sha1' | 'sha512' | 'sha384' | 'sha224' | 'md5';

/** Bytes of a digest. */
export const digestLengths: Readonly<Record<Algorithm, number>> = {
  sha256: 32,
  sha1: 20,
  sha512: 64,
  sha384: 48,
  sha224: 28,
  md5: 16,
};

/** How a secret and a body become a digest. */
export interface Construction {
  /** `undefined` of the right one. */
  readonly mistake?: Mistake;
  readonly digest: (algorithm: Algorithm, secret: Buffer, body: Buffer) => string;
}

export const hmac: Construction = {
  digest: (algorithm, secret, body) => createHmac(algorithm, secret).update(body).digest('hex'),
};

/** What people take for HMAC. */
export const constructions: readonly Construction[] = [
  {
    mistake: {
      name: 'hmac-swapped',
      fix: 'Key and message of the HMAC are swapped. The secret is the key, the body is the message.',
    },
    digest: (algorithm, secret, body) => createHmac(algorithm, body).update(secret).digest('hex'),
  },
  {
    mistake: {
      name: 'hash-secret-first',
      fix: 'It is a plain hash of the secret with the body behind it. Use HMAC: hmac.new(secret, body, sha256).',
    },
    digest: (algorithm, secret, body) => createHash(algorithm).update(secret).update(body).digest('hex'),
  },
  {
    mistake: {
      name: 'hash-body-first',
      fix: 'It is a plain hash of the body with the secret behind it. Use HMAC: hmac.new(secret, body, sha256).',
    },
    digest: (algorithm, secret, body) => createHash(algorithm).update(body).update(secret).digest('hex'),
  },
  {
    mistake: {
      name: 'hash-without-secret',
      fix: 'It is a hash of the body without any secret, which anybody can make. Use HMAC: hmac.new(secret, body, sha256).',
    },
    digest: (algorithm, _, body) => createHash(algorithm).update(body).digest('hex'),
  },
];
