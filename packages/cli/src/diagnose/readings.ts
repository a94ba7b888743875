import { type Algorithm, digestLengths } from './digests.ts';
import type { Mistake } from './mistake.ts';

/** What a signature may be meant to say. */
export interface Reading {
  /** The beginning of a digest in lower-case hex; mostly all of it. */
  readonly hex: string;
  readonly algorithm: Algorithm;
  /** What is wrong with the way in which it is written. */
  readonly mistakes: readonly Mistake[];
}

const mistakes = {
  around: {
    name: 'signature-surrounded',
    fix: "There is white space, a quote or the header's name around the signature. The value alone is the signature.",
  },
  joined: {
    name: 'signature-joined',
    fix: 'There are several signatures, joined by a comma: two headers of one name, or a list. Send a single one.',
  },
  prefix: {
    name: 'signature-prefix',
    fix: 'The signature has another prefix than "sha256=". Send "sha256=" and the hex digits.',
  },
  base64: {
    name: 'signature-base64',
    fix: 'The digest is written in base64. Write it in hex: hexdigest(), digest("hex").',
  },
  base64OfHex: {
    name: 'signature-base64-of-hex',
    fix: 'The digest is written in hex, and that in base64 once more. Send the hex digits.',
  },
  cut: {
    name: 'signature-cut',
    fix: 'The end of the signature is missing. It has 64 hex digits after "sha256=".',
  },
} as const satisfies Record<string, Mistake>;

/** Reads a signature in every way that makes sense of it. */
export function readingsOf(text: string): readonly Reading[] {
  const parts = text.split(',');
  const whole = readPart(text, []);
  return parts.length === 1
    ? whole
    : [...whole, ...parts.flatMap((part) => readPart(part.trim(), [mistakes.joined]))];
}

function readPart(text: string, before: readonly Mistake[]): readonly Reading[] {
  const found = [...before];
  const bare = text.replace(/^\s*[\w-]*signature[\w-]*\s*:/i, '').replace(/^[\s"'<]+|[\s"'>]+$/g, '');
  if (bare !== text) found.push(mistakes.around);
  // The padding of base64 is no prefix.
  const [, prefix, digest = bare] = /^([\w-]{1,12})[=: ]\s*([^=\s].*)$/s.exec(bare) ?? [];
  if (prefix !== undefined && bare.slice(0, -digest.length).toLowerCase() !== 'sha256=') {
    found.push(mistakes.prefix);
  }
  return readDigest(digest).map((reading) => ({ ...reading, mistakes: [...found, ...reading.mistakes] }));
}

function readDigest(digest: string): readonly Reading[] {
  if (/^[\da-f]+$/i.test(digest)) return readHex(digest.toLowerCase(), []);
  return /^[\w+/-]+={0,2}$/.test(digest) ? readBase64(Buffer.from(digest, 'base64')) : [];
}

function readBase64(decoded: Buffer): readonly Reading[] {
  const inner = decoded.toString('latin1').trim();
  if (/^[\da-f]{32,}$/i.test(inner)) return readHex(inner.toLowerCase(), [mistakes.base64OfHex]);
  const algorithm = algorithmOf(decoded.length);
  if (algorithm === undefined) return [];
  return [{ hex: decoded.toString('hex'), ...explained(algorithm, [mistakes.base64]) }];
}

/** Digits below which a digest might begin so by chance. */
const fewestDigits = 16;

function readHex(hex: string, before: readonly Mistake[]): readonly Reading[] {
  const algorithm = algorithmOf(hex.length / 2);
  const whole = algorithm === undefined ? [] : [{ hex, ...explained(algorithm, before) }];
  const isCut = hex.length >= fewestDigits && hex.length < 64;
  return isCut ? [...whole, { hex, algorithm: 'sha256', mistakes: [...before, mistakes.cut] }] : whole;
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
    fix: `It was made with ${written}. SpiderFoot signs with HMAC-SHA256.`,
  };
  return { algorithm, mistakes: [...before, mistake] };
}
