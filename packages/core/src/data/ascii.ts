/** Return a UTF-16 code unit as a JSON escape: `\u00e4`. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Escape all characters of JSON text that are not printable ASCII, as Python does. Characters below U+0020 are already
 * escaped in JSON.
 */
export function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, escapeUnit);
}
