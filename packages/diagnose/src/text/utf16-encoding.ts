/** The number of bytes by which the encoding of a body is detected. */
const sample = 64;

/**
 * Detect a UTF-16 body by its byte order mark, or by the zero bytes of ASCII characters.
 * @returns `undefined` for anything else
 */
export function utf16Encoding(body: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = body;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const begin = body.subarray(0, Math.min(sample, body.length - (body.length % 2)));
  const zeros = (odd: number) => begin.filter((byte, index) => index % 2 === odd && byte === 0).length;
  const [high, low] = [zeros(0), zeros(1)];
  if (2 * Math.max(high, low) <= begin.length / 2) return undefined;
  return low > high ? 'utf-16le' : 'utf-16be';
}
