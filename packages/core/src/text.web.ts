// Fatal: a decoder that replaces bad bytes would hand on another text than the one that was signed.
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Decodes UTF-8 and drops a byte order mark. `undefined` where it is none. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
