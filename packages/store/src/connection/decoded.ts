/** Decode a part of a URL. A part that is not encoded correctly stays unchanged. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
