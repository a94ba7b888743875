const base32Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base32HexLetters = '0123456789ABCDEFGHIJKLMNOPQRSTUV';
const base58Letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Read a digest of 20 to 64 bytes in base32. */
export function base32Bytes(text: string): Buffer | undefined {
  const letters = text.trim().replace(/=+$/, '').toUpperCase();
  if (!/^[A-Z\d]{32,104}$/.test(letters)) return undefined;
  const alphabet = /^[A-Z2-7]+$/.test(letters) ? base32Letters : base32HexLetters;
  const bits = [...letters].map((letter) =>
    Math.max(0, alphabet.indexOf(letter)).toString(2).padStart(5, '0'),
  );
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** Read a digest of 32 bytes in base58. */
export function base58Bytes(text: string): Buffer | undefined {
  if (!/^[1-9A-HJ-NP-Za-km-z]{40,45}$/.test(text)) return undefined;
  const value = [...text].reduce((sum, letter) => sum * 58n + BigInt(base58Letters.indexOf(letter)), 0n);
  return ofNumber(value);
}

/** Read a digest as one decimal number, which may be negative in Java. */
export function decimalBytes(text: string): Buffer | undefined {
  if (/^[01]{256}$/.test(text)) return ofNumber(BigInt(`0b${text}`));
  if (!/^-?\d{70,80}$/.test(text)) return undefined;
  const value = BigInt(text);
  return ofNumber(value < 0n ? value + 2n ** 256n : value);
}

function ofNumber(value: bigint): Buffer | undefined {
  const hex = value.toString(16).padStart(64, '0');
  return hex.length === 64 ? Buffer.from(hex, 'hex') : undefined;
}

/** Read the words of CryptoJS: `{"words":[-1,2],"sigBytes":32}`. */
export function wordsBytes(text: string): readonly Buffer[] {
  const words = /[[,]/.test(text) ? (text.match(/-?\d{5,10}/g) ?? []) : [];
  if (words.length !== 8) return [];
  const bytes = Buffer.alloc(32);
  for (const [index, word] of words.entries()) bytes.writeInt32BE(Number(word) | 0, 4 * index);
  return [bytes];
}
