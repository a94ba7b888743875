import * as crypto from 'node:crypto';

/** The result of either build of this module. Web Crypto is asynchronous. `node:crypto` is synchronous and 5 times as fast. */
type MaybePromise<Value> = Value | Promise<Value>;

/** A secret that is prepared for signing. */
export interface HmacKey {
  /** Return the HMAC-SHA256 in lowercase hex. */
  sign(bytes: Uint8Array): MaybePromise<string>;
}

/** The block size of SHA-256, in bytes. */
const block = 64;
/** The largest body for which a copy takes less time than a Hmac object, in bytes. */
const smallBody = 8 * 1024;

/** The block of a key and the body that is being hashed. It can be shared, because hashing is synchronous. */
const scratch = Buffer.allocUnsafe(block + smallBody);

export function createKey(secret: string | Uint8Array): HmacKey {
  // Copy the secret, because its owner may erase it afterwards.
  const keyBytes = Buffer.from(secret);
  // If the key is bytes, Node creates a KeyObject for each body. That takes as much time as hashing 20 KB.
  const keyObject = crypto.createSecretKey(keyBytes);
  const viaObject = (bytes: Uint8Array) => crypto.createHmac('sha256', keyObject).update(bytes).digest('hex');
  const { hash } = crypto;
  // Runtimes that imitate Node may lack the one-shot hash.
  if (typeof hash !== 'function') return { sign: viaObject };

  // Compute the HMAC (RFC 2104) with two one-shot hashes. This takes a third of the time of creating a Hmac object, which
  // dominates for a small body.
  const key = Buffer.alloc(block);
  if (keyBytes.byteLength > block) key.write(hash('sha256', keyBytes, 'hex'), 'hex');
  else key.set(keyBytes);
  const innerPad = key.map((byte) => byte ^ 0x36);
  const outer = Buffer.alloc(block + 32);
  outer.set(key.map((byte) => byte ^ 0x5c));

  return {
    sign(bytes) {
      if (bytes.byteLength > smallBody) return viaObject(bytes);
      scratch.set(innerPad);
      scratch.set(bytes, block);
      outer.write(hash('sha256', scratch.subarray(0, block + bytes.byteLength), 'binary'), block, 'binary');
      return hash('sha256', outer, 'hex');
    },
  };
}

/** Return the SHA-256 hash in lowercase hex. */
export function sha256(bytes: Uint8Array): MaybePromise<string> {
  return crypto.createHash('sha256').update(bytes).digest('hex');
}

const left = Buffer.alloc(64);
const right = Buffer.alloc(64);

/**
 * Compare two strings of 64 characters in constant time. The buffers can be reused, because the comparison is synchronous.
 * Latin-1 encodes U+0161 like `a`, so equal bytes are followed by a comparison of the strings. Its timing reveals nothing
 * about the expected digest.
 */
export function equalDigests(expected: string, given: string): boolean {
  left.write(expected, 'latin1');
  right.write(given, 'latin1');
  return crypto.timingSafeEqual(left, right) && expected === given;
}
