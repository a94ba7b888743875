/** A UTF-16 unit as JSON escapes it: `\u00e4`. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** JSON text with all that is not printable ASCII escaped, as Python writes it; what is below U+0020 JSON has escaped. */
export function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, escapeUnit);
}
