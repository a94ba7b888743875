/** Separators between the bytes of a digest: `0F-3B`, `0f:3b`, `0f 3b`, `0x0f, 0x3b`, `\x0f\x3b`. */
const betweenBytes = /0x|\\x|[-:\s_.]/gi;

/**
 * Return the digits of a digest that is written with separators or `0x`.
 * @returns `undefined` if the text is plain hex, or not hex
 */
export function digitsOfNotation(text: string): string | undefined {
  const unseparated = /0x/i.test(text) ? text.replaceAll(',', '') : text;
  const digits = unseparated.replace(betweenBytes, '');
  return digits !== text && /[\da-f]$/i.test(text) && /^[\da-f]{8,}$/i.test(digits) ? digits : undefined;
}
