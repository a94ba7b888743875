import type { Mistake } from '../mistakes/mistake.ts';
import { type Algorithm, digestLengths } from './digests.ts';
import { digitsOfNotation } from './hex-notation.ts';
import { removeWrapping } from './remove-wrapping.ts';

/** A possible meaning of a signature. */
export interface Reading {
  /** A digest in lowercase hex, or its beginning or end. */
  readonly hex: string;
  readonly algorithm: Algorithm;
  /** The mistakes in the notation. */
  readonly mistakes: readonly Mistake[];
}

/** The maximum length of a signature that is analyzed. Every notation is much shorter. */
export const longestSignature = 2048;

const mistakes = {
  embedded: {
    name: 'signature-surrounded',
    fix: 'The signature is surrounded by other text. Pass only the value.',
  },
  joined: {
    name: 'signature-joined',
    fix: 'There are several signatures, separated by commas, for example from two headers with the same name. Send only one signature.',
  },
  notation: {
    name: 'signature-hex-notation',
    fix: 'The hex digits are written with dashes, colons, spaces or 0x. Send "sha256=" and the 64 digits.',
  },
  base64: {
    name: 'signature-base64',
    fix: 'The digest is written in base64. Write it in hex: hexdigest(), digest("hex").',
  },
  base64OfHex: {
    name: 'signature-base64-of-hex',
    fix: 'The digest is written in hex, and the hex digits are encoded in base64. Send the hex digits.',
  },
  cut: {
    name: 'signature-cut',
    fix: 'Part of the signature is missing. Send "sha256=" and all 64 hex digits.',
  },
  tooLong: {
    name: 'signature-too-long',
    fix: 'There are more than 64 hex digits, so text was added before or after the signature. Send only the 64 digits.',
  },
} as const satisfies Record<string, Mistake>;

/**
 * Read a signature in every notation that it may have.
 * @returns an empty list if it is longer than {@link longestSignature}
 */
export function readSignature(text: string): readonly Reading[] {
  if (text.trim().length > longestSignature) return [];
  const single = readPart(text, []);
  const parts = text.split(',');
  const fromParts =
    parts.length === 1 ? [] : parts.flatMap((part) => readPart(part.trim(), [mistakes.joined]));
  const found = [...single, ...fromParts];
  return found.length > 0 ? found : readEmbedded(text);
}

function readPart(text: string, before: readonly Mistake[]): readonly Reading[] {
  const found = new Set(before);
  let rest = text;
  let isFirst = true;
  for (;;) {
    const readings = readDigest(rest);
    if (readings.length > 0) {
      return readings.map((reading) => ({ ...reading, mistakes: [...found, ...reading.mistakes] }));
    }
    const unwrapped = removeWrapping(rest, isFirst);
    if (unwrapped === undefined) return [];
    // The prefix "sha256=" is allowed once.
    if (unwrapped.mistake === undefined) isFirst = false;
    else found.add(unwrapped.mistake);
    rest = unwrapped.rest;
  }
}

/** Find a digest anywhere in a text. */
function readEmbedded(text: string): readonly Reading[] {
  const runs = text.match(/(?<![\da-z])[\da-f]{32,}(?![\da-z])/gi) ?? [];
  return runs.flatMap((run) => readHex(run.toLowerCase(), [mistakes.embedded]));
}

function readDigest(digest: string): readonly Reading[] {
  if (/^[\da-f]+$/i.test(digest)) return readHex(digest.toLowerCase(), []);
  const digits = digitsOfNotation(digest);
  if (digits !== undefined) return readHex(digits.toLowerCase(), [mistakes.notation]);
  return /^[\w+/-]+={0,2}$/.test(digest) ? readBase64(Buffer.from(digest, 'base64')) : [];
}

/** The minimum number of bytes. The beginning of a digest could match fewer bytes by chance. */
const fewestBytes = 8;

function readBase64(decoded: Buffer): readonly Reading[] {
  const inner = decoded.toString('latin1').trim();
  if (/^[\da-f]{32,}$/i.test(inner)) return readHex(inner.toLowerCase(), [mistakes.base64OfHex]);
  const hex = decoded.toString('hex');
  const algorithm = algorithmOf(decoded.length);
  if (algorithm !== undefined) return [{ hex, ...explained(algorithm, [mistakes.base64]) }];
  const isCut = decoded.length >= fewestBytes && decoded.length < digestLengths.sha256;
  return isCut ? [{ hex, algorithm: 'sha256', mistakes: [mistakes.base64, mistakes.cut] }] : [];
}

function readHex(hex: string, before: readonly Mistake[]): readonly Reading[] {
  const digits = 2 * digestLengths.sha256;
  const algorithm = algorithmOf(hex.length / 2);
  const complete = algorithm === undefined ? [] : [{ hex, ...explained(algorithm, before) }];
  if (hex.length < 2 * fewestBytes || hex.length === digits) return complete;
  const asSha256 = (part: string, mistake: Mistake): Reading => ({
    hex: part,
    algorithm: 'sha256',
    mistakes: [...before, mistake],
  });
  if (hex.length < digits) return [...complete, asSha256(hex, mistakes.cut)];
  const ends = [hex.slice(0, digits), hex.slice(-digits)];
  return [...complete, ...ends.map((part) => asSha256(part, mistakes.tooLong))];
}

function algorithmOf(bytes: number): Algorithm | undefined {
  const names = Object.keys(digestLengths) as Algorithm[];
  return names.find((name) => digestLengths[name] === bytes);
}

function explained(algorithm: Algorithm, before: readonly Mistake[]): Omit<Reading, 'hex'> {
  if (algorithm === 'sha256') return { algorithm, mistakes: before };
  const written = algorithm === 'md5' ? 'MD5' : algorithm.replace('sha', 'SHA-');
  const mistake = {
    name: `signature-${algorithm === 'md5' ? 'md5' : algorithm.replace('sha', 'sha-')}`,
    fix: `The signature was computed with ${written}. SpiderFoot signs with HMAC-SHA256.`,
  };
  return { algorithm, mistakes: [...before, mistake] };
}
