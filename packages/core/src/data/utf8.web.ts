// `fatal`, because a decoder that replaces invalid bytes would return a different text from the one that was signed.
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Decode UTF-8 and remove a byte order mark. Returns `undefined` if the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
