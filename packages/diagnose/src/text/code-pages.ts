/** The single-byte and East Asian encodings in which text is written by mistake, the most common first. */
const codePages = [
  ...['windows-1252', 'iso-8859-15', 'windows-1251', 'windows-1250', 'macintosh', 'ibm866', 'koi8-r'],
  ...['iso-8859-2', 'iso-8859-5', 'iso-8859-7', 'windows-1253', 'windows-1254', 'windows-1257'],
] as const;

/** The upper halves of the code pages of DOS, which `TextDecoder` does not know. */
const dos: Readonly<Record<string, string>> = {
  ibm437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  ibm850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
};

/** The characters of the bytes from 128 to 255. */
const upperHalf = Uint8Array.from({ length: 128 }, (_, index) => 128 + index);
const characters: ReadonlyMap<string, string> = new Map([
  ['latin-1', Buffer.from(upperHalf).toString('latin1')],
  ...codePages.map((label) => [label, new TextDecoder(label).decode(upperHalf)] as const),
  ...Object.entries(dos),
]);

/** The names of all encodings for {@link encode}. */
export const encodings: readonly string[] = [...characters.keys()];

/** The byte of each UTF-16 unit, or 0 if the encoding lacks it. The tables are created when they are used. */
const tables = new Map<string, Uint8Array>();

function tableOf(label: string): Uint8Array {
  const known = tables.get(label);
  if (known !== undefined) return known;
  const table = new Uint8Array(2 ** 16);
  for (let code = 0; code < 128; code++) table[code] = code;
  const upper = characters.get(label) ?? '';
  for (let index = upper.length - 1; index >= 0; index--) table[upper.charCodeAt(index)] = 128 + index;
  tables.set(label, table);
  return table;
}

/** Encode a text in a single-byte encoding. @returns `undefined` if the encoding lacks a character */
export function encode(text: string, label: string): Buffer | undefined {
  if (isAscii(text)) return undefined;
  const table = tableOf(label);
  const bytes = Buffer.alloc(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const byte = table[code] ?? 0;
    if (byte === 0 && code !== 0) return undefined;
    bytes[index] = byte;
  }
  return bytes;
}

/** Decode bytes in a single-byte encoding. */
export function decode(bytes: Uint8Array, label: string): string {
  if (!(label in dos)) {
    return label === 'latin-1' ? Buffer.from(bytes).toString('latin1') : new TextDecoder(label).decode(bytes);
  }
  const upper = characters.get(label) ?? '';
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (character) => upper.charAt(character.charCodeAt(0) - 128));
}

export function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
