/**
 * Decodes escapes. Any client can send 64 KiB of them, so this module uses loops. `replace` with a function would take ten
 * times as long.
 */

/**
 * Decode `%2F`, byte by byte.
 * @param characters the character of each byte
 */
export function percentDecoded(text: string, characters: readonly string[]): string {
  let decoded = '';
  let from = 0;
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at + 1)) {
    const byte = hexAt(text, at + 1, 2);
    if (byte === undefined) continue;
    decoded += text.slice(from, at) + characters[byte];
    from = at + 3;
    at += 2;
  }
  return from === 0 ? text : decoded + text.slice(from);
}

/** The short escapes of JSON whose letter differs from the escaped character. */
const controls: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const encoder = new TextEncoder();

/**
 * Decode the escapes of JSON strings. Python escapes all characters that are not ASCII.
 * @param characters the character of each byte, for characters that are not ASCII
 */
export function jsonUnescaped(text: string, characters: readonly string[]): string {
  let decoded = '';
  let from = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    const units = unitsAt(text, at);
    decoded += text.slice(from, at);
    if (units !== '') {
      decoded += Array.from(encoder.encode(units), (byte) => characters[byte]).join('');
      from = at + escapeLength * units.length;
    } else {
      const short = text.charAt(at + 1);
      decoded += controls.get(short) ?? short;
      from = at + 2;
    }
  }
  return from === 0 ? text : decoded + text.slice(from);
}

const escapeLength = '\\u0041'.length;

/** Read escapes such as `\ud83d\udd11`, which together may be one character. */
function unitsAt(text: string, start: number): string {
  let units = '';
  for (let at = start; text.charAt(at) === '\\' && /u/i.test(text.charAt(at + 1)); at += escapeLength) {
    const unit = hexAt(text, at + 2, 4);
    if (unit === undefined) break;
    units += String.fromCharCode(unit);
  }
  return units;
}

/** Read hexadecimal digits. @returns `undefined` if there are fewer */
function hexAt(text: string, at: number, digits: number): number | undefined {
  let value = 0;
  for (let index = at; index < at + digits; index++) {
    const digit = digitOf(text.charCodeAt(index));
    if (digit === undefined) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

function digitOf(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : undefined;
}
