import type { Secret } from '../signature/secret.ts';

/** Searches for the receiver's secrets in what is kept of a request. */
export interface SecretSearch {
  /** Return whether the value of a header contains a secret, as it is or in base64. */
  isInHeader(value: string): boolean;
  /** Return whether these bytes contain a secret. */
  isInBytes(bytes: Uint8Array): boolean;
  /** The length of the longest secret, in bytes. */
  readonly longest: number;
}

/** @param secrets none if signature verification is disabled */
export function createSecretSearch(secrets: readonly Secret[]): SecretSearch {
  const encoder = new TextEncoder();
  const all = secrets.map((secret) => (typeof secret === 'string' ? encoder.encode(secret) : secret));
  // HTTP libraries decode a header as Latin-1. An application may have decoded it as UTF-8.
  const inHeaders = [...all.map(latin1), ...secrets.filter((secret) => typeof secret === 'string')];
  const encoded = all.map((bytes) => btoa(latin1(bytes)).replace(/=+$/, ''));
  const forms = [...inHeaders, ...encoded];
  // Comparing text is fast for any bytes. A search for each first byte could be made slow by a body of one character.
  const decoder = new TextDecoder('latin1');
  const inBodies = all.map((bytes) => decoder.decode(bytes));
  return {
    isInHeader: (value) => forms.some((form) => value.includes(form)),
    isInBytes(bytes) {
      const text = decoder.decode(bytes);
      return inBodies.some((secret) => text.includes(secret));
    },
    longest: Math.max(0, ...all.map(({ byteLength }) => byteLength)),
  };
}

/** Return a text with one character for each byte. */
function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
