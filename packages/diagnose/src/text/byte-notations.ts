/** Return the bytes of a text that lists bytes: hex, a hex dump, `[123, 34]`, `<Buffer 7b 22>`, `{"0":123}`. */
export function* bytesOfNotation(text: string): Generator<Buffer, void, undefined> {
  // Node prints at most 50 bytes of a Buffer.
  const trimmed = text.trim().replace(/ ?\.\.\. \d+ more bytes?>$/, '>');
  const plain = trimmed.replace(/^(?:0x|<Buffer |[bx]')|[>']$/gi, '');
  const digits = plain.replaceAll(/\\x|0x|[\s,:;-]/g, '');
  if (digits.length % 2 === 0 && /^[\da-f]{4,}$/i.test(digits)) yield Buffer.from(digits, 'hex');
  const dumped = hexDump(trimmed);
  if (dumped !== undefined) yield dumped;
  const numbers = byteNumbers(trimmed);
  if (numbers !== undefined) yield numbers;
}

/** Read the output of xxd, hexdump -C and od -t x1. */
function hexDump(text: string): Buffer | undefined {
  const lines = text.split(/\r?\n/);
  const rows = lines.map((line) => /^[\da-f]{4,16}:?\s+(.*)$/i.exec(line)?.[1]);
  if (!rows.some((row) => row !== undefined)) return undefined;
  const hex = rows.map((row = '') => {
    // The characters of the bytes follow two spaces or a bar. hexdump -C also has two spaces in the middle.
    const [bytes = ''] = /^(?:[\da-f]{2,8} {1,2}){0,15}[\da-f]{2,8}(?=\s|$)/i.exec(row) ?? [];
    return bytes.replaceAll(' ', '').slice(0, 32);
  });
  const digits = hex.join('');
  return digits.length > 0 && digits.length % 2 === 0 ? Buffer.from(digits, 'hex') : undefined;
}

function byteNumbers(text: string): Buffer | undefined {
  if (!/^[\s\w"',:;.()[\]{}-]*$/.test(text)) return undefined;
  const [, list] = /^(?:\{?[^[{]*"data": ?)?[[{(]?([\s\d,"':;-]+)[\]})]{0,2}$/.exec(text) ?? [];
  const numbers = list?.replaceAll(/["']\d+["'] ?:/g, '').match(/-?\d+/g) ?? [];
  const bytes = numbers.map(Number);
  if (bytes.length < 2 || bytes.some((byte) => byte < -128 || byte > 255)) return undefined;
  return Buffer.from(bytes.map((byte) => (byte + 256) % 256));
}
