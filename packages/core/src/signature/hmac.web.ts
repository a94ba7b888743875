import type { HmacKey } from './hmac.node.ts';

export type { HmacKey };

const encoder = new TextEncoder();

export function createKey(secret: string | Uint8Array): HmacKey {
  const raw = typeof secret === 'string' ? encoder.encode(secret) : Uint8Array.from(secret);
  const importing = crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return {
    async sign(bytes) {
      return toHex(await crypto.subtle.sign('HMAC', await importing, Uint8Array.from(bytes)));
    },
  };
}

/** Return the SHA-256 hash in lowercase hex. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return toHex(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));
}

/** Compare two strings of 64 characters in constant time: all characters are compared, even after a difference. */
export function equalDigests(expected: string, given: string): boolean {
  let difference = 0;
  for (let i = 0; i < 64; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i);
  return difference === 0;
}

function toHex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
