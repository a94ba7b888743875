import type { Secret } from '../signature/secret.ts';
import { entitiesDecoded, jsonUnescaped, percentDecoded } from './escaped-text.ts';

/** Searches for the receiver's secrets in a request that is shown or kept. */
export interface SecretSearch {
  /** Return whether the name or the value of a header contains a secret. */
  isInHeader(text: string): boolean;
  /** Return whether these bytes contain a secret. */
  isInBytes(bytes: Uint8Array): boolean;
  /** The length of the longest form of a secret, in bytes. */
  readonly longest: number;
}

/** The most characters of one byte, for example of `\u0041` in a JSON string that is in two other JSON strings. */
const longestEscape = 12;

/** The most times that a text is decoded, for example JSON in JSON. Any client can send text that needs more. */
const mostLayers = 3;

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** The minimum number of characters of a secret in the middle of a base64 text. Shorter parts occur in other texts by chance. */
const leastInside = 6;

/**
 * Create a search for secrets. It finds a secret as it is, in hex, in base64 and in base64url, also inside a longer encoded
 * text and with line breaks. It finds each of these forms also in up to three layers of percent-encoding, JSON strings and
 * entities of HTML, and in UTF-16 if the form is ASCII. It ignores the case of letters, because a secret in another case is
 * easy to guess. It does not decompress, and does not decode a whole base64 text.
 * @param secrets none if signature verification is disabled
 * @example
 * const search = createSecretSearch([secret]);
 * if (search.isInHeader(value)) value = '[removed]';
 */
export function createSecretSearch(secrets: readonly Secret[]): SecretSearch {
  const encoder = new TextEncoder();
  const all = secrets.map((secret) => (typeof secret === 'string' ? encoder.encode(secret) : secret));
  // Comparing text is fast for any bytes. A search for each first byte could be made slow by a body of one character.
  const decoder = new TextDecoder('latin1');
  const encoded = all.flatMap((bytes) => [hex(bytes), ...base64Forms(bytes)]);
  // HTTP libraries decode a header as Latin-1. An application may have decoded it as UTF-8.
  const texts = secrets.filter((secret) => typeof secret === 'string');
  const inHeaders = [...all.map(latin1), ...texts, ...encoded].map(normalized);
  const inBodies = [...all.map((bytes) => decoder.decode(bytes)), ...encoded].map(normalized);
  const ofHeaders = Array.from(everyByte, (byte) => String.fromCharCode(byte));
  // TextDecoder reads Latin-1 as Windows-1252.
  const ofBodies = Array.from(everyByte, (byte) => decoder.decode(Uint8Array.of(byte)));
  return {
    isInHeader: (text) => includesAny(text, inHeaders, ofHeaders),
    isInBytes: (bytes) => includesAny(decoder.decode(bytes), inBodies, ofBodies),
    longest: Math.max(0, ...all.map(({ byteLength }) => longestEscape * byteLength)),
  };
}

const decoders = [percentDecoded, entitiesDecoded, jsonUnescaped];

/** @param characters the character of each byte in the text */
function includesAny(text: string, forms: readonly string[], characters: readonly string[]): boolean {
  // Each decoder alone, because a secret can contain `%41`, which another decoder would change.
  const texts = new Set([text, ...decoders.map((decode) => decode(text, characters))]);
  let latest = text;
  for (let layer = 0; layer < mostLayers; layer++) {
    for (const decode of decoders) {
      latest = decode(latest, characters);
      texts.add(latest);
    }
  }
  const searched = Array.from(texts, normalized);
  return forms.some((form) => searched.some((each) => each.includes(form)));
}

/**
 * Convert base64url to base64, the spaces of a form to `+`, and letters to lowercase. The final form of a sigma depends on the
 * next letter. Remove the line breaks of wrapped base64 with the indentation after them, and the zero bytes of UTF-16.
 */
function normalized(text: string): string {
  const oneLine = text.replaceAll('\0', '').replace(/[\r\n]+[\t ]*/g, '');
  return oneLine.toLowerCase().replaceAll('ς', 'σ').replace(/[- ]/g, '+').replaceAll('_', '/');
}

/** Return a text with one character for each byte. */
function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Return the characters of base64 that the bytes determine. In a longer text, such as `user:secret`, they depend on the
 * number of bytes before the secret, modulo 3.
 */
function base64Forms(bytes: Uint8Array): readonly string[] {
  const whole = btoa(latin1(bytes)).replace(/=+$/, '');
  const inside = [0, 1, 2].map((before) => {
    const text = btoa('\0'.repeat(before) + latin1(bytes));
    // A base64 character holds six bits. Leave out those that hold bits of other bytes.
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.byteLength) * 8) / 6));
  });
  return [whole, ...inside.filter((form) => form.length >= leastInside)];
}
