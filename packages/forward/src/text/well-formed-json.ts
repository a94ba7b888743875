/** Matches an escaped surrogate pair, an escaped lone surrogate, or the beginning of any other escape. */
const escapes =
  /\\(?:u[dD][89abAB][\dA-Fa-f]{2}\\u[dD][c-fC-F][\dA-Fa-f]{2}|u[dD][89a-fA-F][\dA-Fa-f]{2}|.)/gs;

/** The length of `\ud83d`. No other alternative of {@link escapes} has this length. */
const loneLength = 6;

/**
 * Replace each escaped lone surrogate in the strings and keys of JSON text with `\ufffd`. All other text stays
 * unchanged. Python writes lone surrogates for bytes that it cannot decode, and the scanned party can put them into a
 * banner or a title. Strict JSON parsers reject them, so the target would never accept the event.
 */
export function wellFormedJson(text: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return text;
  return text.replace(escapes, (found) => (found.length === loneLength ? '\\ufffd' : found));
}

/** Write a value as JSON that every parser accepts. If two keys become equal, the last one is kept. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  const repaired = wellFormedJson(text);
  // Otherwise `{"\ud800": 1, "\udc00": 2}` would contain the same key twice.
  return repaired === text ? text : JSON.stringify(JSON.parse(repaired));
}
