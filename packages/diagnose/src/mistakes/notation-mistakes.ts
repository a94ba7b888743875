import { digitsOfNotation } from '../signature/hex-notation.ts';
import { base32Bytes, base58Bytes, decimalBytes, wordsBytes } from '../signature/number-notations.ts';
import { bytesOfNotation } from '../text/byte-notations.ts';
import { bytesOfLiteral, withoutEntities } from '../text/literals.ts';
import { type Entry, kinds, type Mistake, tableOf } from './mistake.ts';

const notation = (name: string, fix: string): Mistake => ({
  name,
  kind: 'notation',
  fix,
  docs: kinds.notation,
});

/** Mistakes that are seen when a signature is read. */
export const readingMistakes = {
  embedded: notation(
    'signature-surrounded',
    'The signature is surrounded by other text. Pass only the value.',
  ),
  joined: notation(
    'signature-joined',
    'There are several values, separated by commas, for example from two headers with the same name, or a timestamp and a signature. Send only one signature.',
  ),
  cut: notation('signature-cut', 'A part of the signature is missing. Send all 64 hex digits.'),
  tooLong: notation(
    'signature-too-long',
    'There are additional digits before or after the signature. Send only the 64 digits.',
  ),
  algorithm: notation(
    'signature-algorithm',
    'The signature was computed with another algorithm. SpiderFoot signs with HMAC-SHA256.',
  ),
  surrounded: notation(
    'signature-surrounded',
    "The signature is surrounded by white space, quotes or the header's name. Pass only the value.",
  ),
  commandOutput: notation(
    'signature-command-output',
    'The signature is the complete output of a command (openssl, sha256sum), which includes the algorithm or the file name. Send only the hex digits: openssl dgst -sha256 -hmac "$SECRET" -r body.json | cut -d" " -f1.',
  ),
  prefix: notation(
    'signature-prefix',
    'The signature has a prefix other than "sha256=". Send "sha256=" and the hex digits.',
  ),
} as const;

/** Notations of a digest other than hex. A candidate is the digest, or another notation of it. */
export const notations: readonly Entry<string, Buffer>[] = tableOf<string, Buffer>('notation', [
  {
    name: 'signature-hex-notation',
    fix: 'The hex digits are written with dashes, colons, spaces or 0x. Send "sha256=" and the 64 digits.',
    candidates: (text) => {
      const digits = digitsOfNotation(text);
      return digits === undefined || digits.length % 2 !== 0 ? [] : [Buffer.from(digits, 'hex')];
    },
  },
  {
    name: 'signature-base64',
    fix: 'The digest is written in base64. Write it in hex: hexdigest(), digest("hex").',
    candidates: (text) => {
      const bare = text.replaceAll(/\s/g, '');
      if (/^[\da-f]{32,}$/i.test(bare)) return [];
      const isBase64 =
        /^[\w+/-]+={0,2}$/.test(bare) &&
        (bare === text ? bare.length >= 11 : /^(?:.{43}=?|.{86}={0,2})$/.test(bare));
      // A form decodes + as a space.
      const spaced = text.trim().replaceAll(' ', '+');
      const isSpaced = spaced !== bare && /^(?:[\w+/-]{43}=?|[\w+/-]{86}={0,2})$/.test(spaced);
      return [
        ...(isSpaced ? [Buffer.from(spaced, 'base64')] : []),
        ...(isBase64 ? [Buffer.from(bare, 'base64')] : []),
      ].filter((bytes) => bytes.length >= 8 && !/^[\dA-Fa-f]{32,}$/.test(bytes.toString('latin1').trim()));
    },
  },
  {
    name: 'signature-base64-of-hex',
    fix: 'The digest is written in hex, and the hex digits are encoded in base64. Send the hex digits.',
    candidates: (text) => {
      const decoded = Buffer.from(text.replaceAll(/\s/g, ''), 'base64').toString('latin1').trim();
      return /^[\w+/-]+={0,2}$/.test(text.replaceAll(/\s/g, '')) && /^(?:[\da-f]{2}){16,}$/i.test(decoded)
        ? [Buffer.from(decoded, 'hex')]
        : [];
    },
  },
  {
    name: 'signature-hex-of-text',
    fix: 'The signature was encoded in hex once more, after it was written as hex or base64. Send the hex digits.',
    candidates: (text) => {
      const inner = /^(?:[\da-f]{2}){40,}$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
      return inner !== undefined && /^[\x20-\x7e]+$/.test(inner.toString('latin1')) ? [inner] : [];
    },
  },
  {
    name: 'signature-base32',
    fix: 'The digest is written in base32 or base58. Write it in hex: hexdigest(), digest("hex").',
    candidates: (text) => (/^[\da-f]{32,}\s*$/i.test(text) ? [] : [base32Bytes(text), base58Bytes(text)]),
  },
  {
    name: 'signature-bytes',
    fix: 'The digest is written as a list of numbers, or as one number. Write it in hex: hexdigest(), digest("hex").',
    candidates: (text) => [
      ...(/[[{,]|^[\da-f]{4,8}:? /i.test(text) ? bytesOfNotation(text) : []),
      decimalBytes(text),
      ...wordsBytes(text),
    ],
  },
  {
    name: 'signature-binary',
    fix: 'The digest was sent as raw bytes. Write it in hex: hexdigest(), digest("hex").',
    candidates: (text) => {
      const isBinary = text.length === 32 && /[^\x20-\x7e]/.test(text) && /^[\0-\xff]*$/.test(text);
      return isBinary ? [Buffer.from(text, 'latin1')] : [];
    },
  },
  {
    name: 'signature-literal',
    fix: 'The digest is written as a string literal, for example by inspect in Ruby or repr() in Python. Write it in hex: hexdigest(), digest("hex").',
    candidates: (text) => (text.includes('\\') ? [bytesOfLiteral(text)] : []),
  },
  {
    name: 'signature-escaped',
    fix: 'The signature contains escapes, such as %3D or &#x3D;. Send the text without them.',
    candidates: (text) => {
      const decoded = [
        withoutEntities(text),
        text.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
          String.fromCharCode(Number.parseInt(code, 16)),
        ),
      ];
      return decoded
        .filter((value) => value !== text && /^[\x20-\x7e]+$/.test(value))
        .map((value) => Buffer.from(value));
    },
  },
  {
    name: 'signature-reversed',
    fix: 'The bytes of the digest are in the wrong order. Write them from the first to the last.',
    candidates: (text) =>
      /^[\da-f]{64}$/i.test(text)
        ? [
            Buffer.from(text, 'hex').reverse(),
            Buffer.from(text, 'hex').swap32(),
            Buffer.from([...text].reverse().join(''), 'hex'),
          ]
        : [],
  },
]);
