/** The number of arguments in each call of `String.fromCharCode`. A larger number can overflow the stack. */
const chunk = 0x2000;

/** Encode bytes as base64. Works on every runtime: `Uint8Array.prototype.toBase64` is newer than Node 22. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += chunk) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunk));
  }
  return btoa(binary);
}

/** Decode base64. @throws DOMException if the text is not base64 */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
