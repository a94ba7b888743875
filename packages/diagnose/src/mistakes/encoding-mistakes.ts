import { isUtf8 } from 'node:buffer';
import { asciiForms } from '../text/ascii-forms.ts';
import { decode, encode, encodings, isAscii } from '../text/code-pages.ts';
import { utf16Encoding } from '../text/utf16-encoding.ts';
import { type BodyForms, type BodyMistake, type Candidate, tableOf } from './mistake.ts';

const byteOrderMark = '\ufeff';

/** Text in an encoding other than UTF-8, and text that was changed to fit an encoding. */
export const encodingMistakes: readonly BodyMistake[] = tableOf<BodyForms, Candidate>('encoding', [
  {
    name: 'invalid-utf-8-replaced',
    fix: 'The body is not valid UTF-8. It was decoded to text and encoded again before it was signed. Sign the original bytes.',
    candidates: ({ text }) => [text],
  },
  {
    name: 'byte-order-mark-added',
    fix: 'The body here begins with a byte order mark that was not signed. An editor probably saved it as "UTF-8 with BOM". Save it as UTF-8 without BOM.',
    candidates: ({ text }) => (text.startsWith(byteOrderMark) ? [text.slice(1)] : []),
  },
  {
    name: 'byte-order-mark-lost',
    fix: 'The signed body begins with a byte order mark that is missing from the body here, probably because the body was read as text. Verify the received bytes.',
    candidates: ({ text }) => [`${byteOrderMark}${text}`],
  },
  {
    name: 'encoded-twice',
    fix: 'The body here was encoded as UTF-8 twice, because its bytes were read in another encoding, such as Latin-1. Keep the body as bytes from end to end.',
    *candidates({ text }) {
      for (const label of encodings) {
        const once = encode(text, label);
        if (once === undefined || !isUtf8(once)) continue;
        yield once;
        yield encode(once.toString(), label);
      }
      // Windows-1252 leaves some bytes undefined, which browsers read as Latin-1.
      yield mixedWindows(text);
    },
  },
  {
    name: 'latin-1',
    fix: 'The signed text was encoded as Latin-1 instead of UTF-8. Sign the bytes that are sent.',
    candidates: ({ text }) => [encode(text, 'latin-1')],
  },
  {
    name: 'code-page',
    fix: 'The signed text was encoded in a Windows, DOS or ISO code page, such as Windows-1252, instead of UTF-8. Sign the bytes that are sent.',
    candidates: ({ text }) => (isAscii(text) ? [] : encodings.slice(1).map((label) => encode(text, label))),
  },
  {
    name: 'received-in-code-page',
    fix: 'The body here is in Latin-1 or another code page. The signed body is the same text in UTF-8. Keep the body as bytes.',
    candidates: ({ bytes }) => (isUtf8(bytes) ? [] : encodings.map((label) => decode(bytes, label))),
  },
  {
    name: 'signed-encoded-twice',
    fix: 'The body was read as Latin-1 and signed as UTF-8, which encodes it twice. Sign and verify the original bytes.',
    candidates: ({ bytes, text }) =>
      isAscii(text) && isUtf8(bytes)
        ? []
        : [
            ...encodings.map((label) => decode(bytes, label)),
            new TextDecoder('windows-1252').decode(bytes),
            Buffer.from(bytes.toString('latin1')).toString('latin1'),
          ],
  },
  {
    name: 'body-utf-16',
    fix: 'The body here is in UTF-16 or UTF-32. "Unicode" in Windows and > in PowerShell write it this way. The signed body is the same text in UTF-8. Save the received bytes.',
    candidates: ({ bytes }) => fromUtf16(bytes),
  },
  {
    name: 'utf-16',
    fix: 'The signed text was encoded as UTF-16 or UTF-32, which Windows, .NET and Java use for strings. Sign the UTF-8 bytes that are sent.',
    candidates: ({ text }) => wide(text),
  },
  {
    name: 'unicode-normalization',
    fix: 'The accents of the signed text are in another Unicode form (NFC, NFD, NFKC or NFKD). macOS does this to file names. Do not normalize the body.',
    candidates: ({ text }) =>
      isAscii(text) ? [] : ['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => text.normalize(form)),
  },
  {
    name: 'ascii-replacement',
    fix: 'The signed text was converted to ASCII, which replaced or removed its other characters. Encode the body as UTF-8.',
    candidates: ({ text }) => (isAscii(text) ? [] : asciiForms(text)),
  },
  {
    name: 'surrogates-encoded-apart',
    fix: 'The halves of characters outside the Basic Multilingual Plane were encoded one by one (CESU-8), as old versions of Java, MySQL and Oracle do. Encode the body as UTF-8.',
    candidates: ({ text }) => [cesu8(text)],
  },
]);

function mixedWindows(text: string): Buffer | undefined {
  const table = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  const bytes = [...text].map((character) => table.indexOf(character));
  if (isAscii(text) || bytes.includes(-1)) return undefined;
  const once = Buffer.from(bytes);
  return isUtf8(once) ? once : undefined;
}

function wide(text: string): readonly Buffer[] {
  const little = [text, byteOrderMark + text].map((each) => Buffer.from(each, 'utf16le'));
  const utf32 = Buffer.alloc(4 * [...text].length);
  let offset = 0;
  for (const character of text) offset = utf32.writeUInt32LE(character.codePointAt(0) ?? 0, offset);
  return [
    ...little,
    ...little.map((bytes) => Buffer.from(bytes).swap16()),
    utf32,
    Buffer.from(utf32).swap32(),
    Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), utf32]),
  ];
}

/** Return the text of a UTF-16 or UTF-32 body, with and without the line break that PowerShell adds. */
function fromUtf16(bytes: Buffer): readonly string[] {
  const encoding = utf16Encoding(bytes);
  if (encoding === undefined) return [];
  // In UTF-32, every second unit of UTF-16 is zero, if all characters are in the Basic Multilingual Plane.
  const decoded = new TextDecoder(encoding).decode(bytes);
  const text = decoded.includes('\0') ? decoded.replaceAll('\0', '') : decoded;
  const unixText = text.replaceAll('\r\n', '\n');
  const texts = [text, text.replace(/\r?\n$/, ''), unixText, unixText.replace(/\n$/, '')];
  return [...texts, ...texts.map((each) => byteOrderMark + each)];
}

function cesu8(text: string): Buffer | undefined {
  if (!/[\ud800-\udfff]/.test(text)) return undefined;
  const parts = text.split(/([\ud800-\udfff])/).map((part) => {
    const unit = part.charCodeAt(0);
    return part.length === 1 && unit >= 0xd800 && unit <= 0xdfff
      ? Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)])
      : Buffer.from(part);
  });
  return Buffer.concat(parts);
}
