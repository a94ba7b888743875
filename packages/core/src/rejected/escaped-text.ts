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
    const byte = numberAt(text, at + 1, at + 3, 16);
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
      decoded += bytesOf(units, characters);
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
    const unit = numberAt(text, at + 2, at + 6, 16);
    if (unit === undefined) break;
    units += String.fromCharCode(unit);
  }
  return units;
}

/** The characters of named entities. */
const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The most characters between the `&` and the `;` of an entity. With zeros before its number, it can have more. */
const entityLength = 10;

/**
 * Decode the entities of HTML and XML that a program writes for special characters: `&quot;`, `&#34;` and `&#x22;`.
 * @param characters the character of each byte, for characters that are not ASCII
 */
export function entitiesDecoded(text: string, characters: readonly string[]): string {
  let decoded = '';
  let from = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    const end = entityEnd(text, at + 1);
    const character = end === undefined ? undefined : entityAt(text, at + 1, end);
    if (end === undefined || character === undefined) continue;
    decoded += text.slice(from, at) + bytesOf(character, characters);
    from = end + 1;
    at = end;
  }
  return from === 0 ? text : decoded + text.slice(from);
}

/** Return the position of the `;`. `undefined` if another entity begins before it, or if it is too far away. */
function entityEnd(text: string, start: number): number | undefined {
  for (let at = start; at <= start + entityLength; at++) {
    const character = text.charAt(at);
    if (character === ';') return at;
    if (character === '&') return undefined;
  }
  return undefined;
}

function entityAt(text: string, start: number, end: number): string | undefined {
  if (text.charAt(start) !== '#') return entities.get(text.slice(start, end).toLowerCase());
  const isHex = text.charAt(start + 1).toLowerCase() === 'x';
  const code = isHex ? numberAt(text, start + 2, end, 16) : numberAt(text, start + 1, end, 10);
  return code === undefined || code > 0x10_ffff ? undefined : String.fromCodePoint(code);
}

/** Return a text with one character for each byte of UTF-8. */
function bytesOf(text: string, characters: readonly string[]): string {
  // Encoding takes long, and most characters are ASCII, in which they are their own byte.
  if (text.length === 1 && text < '\u0080') return text;
  return Array.from(encoder.encode(text), (byte) => characters[byte]).join('');
}

/** Read digits. @returns `undefined` if there is none, or another character */
function numberAt(text: string, start: number, end: number, base: 10 | 16): number | undefined {
  if (start >= end) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit === undefined || digit >= base) return undefined;
    value = value * base + digit;
  }
  return value;
}

function digitOf(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : undefined;
}
