/** The escape character of text columns, in which PostgreSQL allows no NUL. */
const escapeCharacter = '\u001a';

/**
 * Return a text in the form in which a text column contains it: NUL is U+001A 0, and U+001A is U+001A 1. Different texts
 * stay different, so a filter can compare the written forms.
 */
export function toColumn(text: string): string {
  return text.replaceAll(escapeCharacter, `${escapeCharacter}1`).replaceAll('\0', `${escapeCharacter}0`);
}

/** Return the text that {@link toColumn} has written. */
export function fromColumn(text: string): string {
  return text.replaceAll(`${escapeCharacter}0`, '\0').replaceAll(`${escapeCharacter}1`, escapeCharacter);
}

/** The same for a value that may be missing. */
export function toOptionalColumn(text: string | undefined): string | null {
  return text === undefined ? null : toColumn(text);
}

/** The index by time contains event types, and the size of its entries is limited. */
const maxEventTypeLength = 400;

/** The same for an event type, of which the column contains the first 400 UTF-16 units. The body has all of it. */
export function toEventTypeColumn(type: string): string {
  return toColumn(type.slice(0, maxEventTypeLength));
}

/** The times that `timestamptz` and ISO 8601 have in common, in milliseconds since 1970. */
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

/** Return a time in ISO 8601. Times before year 1 or after 9999 become the nearest time. */
export function toTimestamp(time: Date): string {
  return new Date(Math.min(Math.max(time.getTime(), earliest), latest)).toISOString();
}
