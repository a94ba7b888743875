/** An escaped pair of surrogates, one half of a pair alone, or the beginning of any other escape. */
const escapes =
  /\\(?:u[dD][89abAB][\dA-Fa-f]{2}\\u[dD][c-fC-F][\dA-Fa-f]{2}|u[dD][89a-fA-F][\dA-Fa-f]{2}|.)/gs;

/** The length of `\ud83d`. No other alternative of {@link escapes} has it. */
const loneLength = 6;

/**
 * Replace each half of a surrogate pair that is escaped alone by `\ufffd`, in text that is JSON, in strings and keys alike.
 * Everything else stays as it is written. Python writes such halves for what it could not decode, and the scanned party can
 * put them into a banner or a title. Strict readers of JSON reject them, so that the target would reject the event forever.
 */
export function wellFormedJson(text: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return text;
  return text.replace(escapes, (found) => (found.length === loneLength ? '\\ufffd' : found));
}

/** Write a value as JSON that every reader accepts. Of keys that become equal, the last one is kept. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  const repaired = wellFormedJson(text);
  // `{"\ud800": 1, "\udc00": 2}` would have the same key twice.
  return repaired === text ? text : JSON.stringify(JSON.parse(repaired));
}
