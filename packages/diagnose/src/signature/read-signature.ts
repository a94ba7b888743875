import type { Mistake } from '../mistakes/mistake.ts';
import { readingMistakes as mistakes, notations } from '../mistakes/notation-mistakes.ts';
import { type Algorithm, algorithms, digestLengths } from './digests.ts';
import { removeWrapping } from './remove-wrapping.ts';

/** A possible meaning of a signature. */
export interface Reading {
  /** A digest in lowercase hex, or its beginning or end. */
  readonly hex: string;
  /** The complete bytes of {@link hex}. */
  readonly bytes: Buffer;
  readonly algorithm: Algorithm;
  /** The mistakes in the notation. */
  readonly mistakes: readonly Mistake[];
}

/** The maximum length of a signature that is analyzed. Every notation is much shorter. */
export const longestSignature = 2048;

/** The maximum number of notations inside each other, such as base64 of hex of a digest. */
const mostLayers = 4;

/**
 * Read a signature in every notation that it may have.
 * @returns an empty list if it is longer than {@link longestSignature}
 */
export function readSignature(text: string): readonly Reading[] {
  if (text.trim().length > longestSignature) return [];
  const single = readPart(text, [], 0);
  const separator = text.includes(',') ? ',' : /;|\s(?=[\w-]+=)/;
  const parts = text.split(separator).slice(0, 16);
  const fromParts =
    parts.length === 1 ? [] : parts.flatMap((part) => readPart(part.trim(), [mistakes.joined], 1));
  const found = [...single, ...fromParts];
  return distinct(found.length > 0 ? found : readEmbedded(text));
}

function readPart(text: string, before: readonly Mistake[], layer: number): readonly Reading[] {
  const found = new Set(before);
  let rest = text;
  let isFirst = true;
  for (;;) {
    const readings = readDigest(rest, layer);
    if (readings.length > 0) {
      return readings.map((reading) => ({
        ...reading,
        mistakes: [...new Set([...found, ...reading.mistakes])],
      }));
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
  const encoded = text.match(/(?<![\w+/-])[\w+/-]{43}=?(?![\w+/=-])/g) ?? [];
  return [
    ...runs.flatMap((run) => readHex(run.toLowerCase(), [mistakes.embedded])),
    ...encoded.flatMap((run) => readHex(Buffer.from(run, 'base64').toString('hex'), [mistakes.embedded])),
  ];
}

function readDigest(digest: string, layer: number): readonly Reading[] {
  const isHex = /^[\da-f]+$/i.test(digest);
  const plain = isHex ? readHex(digest.toLowerCase(), []) : [];
  const others = notations.flatMap((entry) => {
    const { name, kind, fix, docs } = entry;
    const mistake = { name, kind, fix, docs };
    return [...entry.candidates(digest)].flatMap((value) => {
      if (value === undefined) return [];
      const inner = /^[\x20-\x7e]{16,}$/.test(value.toString('latin1')) && layer < mostLayers;
      const nested = inner ? readPart(value.toString('latin1').trim(), [mistake], layer + 1) : [];
      return [...readHex(value.toString('hex'), [mistake]), ...nested];
    });
  });
  return [...plain, ...others];
}

/** The minimum number of bytes. The beginning of a digest could match fewer bytes by chance. */
const fewestBytes = 8;

function readHex(hex: string, before: readonly Mistake[]): readonly Reading[] {
  const bytes = Buffer.from(hex, 'hex');
  const digits = 2 * digestLengths.sha256;
  const complete = algorithms
    .filter((name) => digestLengths[name] === hex.length / 2)
    .map((algorithm) => ({ hex, bytes, ...explained(algorithm, before) }));
  if (hex.length < 2 * fewestBytes || hex.length === digits) return complete;
  const asSha256 = (part: string, mistake: Mistake): Reading => ({
    hex: part,
    bytes: Buffer.from(part, 'hex'),
    algorithm: 'sha256',
    mistakes: [...before, mistake],
  });
  if (hex.length < digits) return [...complete, asSha256(hex, mistakes.cut)];
  const ends = [hex.slice(0, digits), hex.slice(-digits)];
  const others = ends.map((part) => asSha256(part, mistakes.tooLong));
  if (hex.length >= 2 * digestLengths.sha512) return [...complete, ...others];
  const cut = explained('sha512', [...before, mistakes.cut]);
  return [...complete, ...others, { hex, bytes, ...cut }];
}

function explained(
  algorithm: Algorithm,
  before: readonly Mistake[],
): Pick<Reading, 'algorithm' | 'mistakes'> {
  return { algorithm, mistakes: [...before, ...algorithmMistake(algorithm)] };
}

/** Return the mistake of using an algorithm other than SHA-256. */
export function algorithmMistake(algorithm: Algorithm): readonly Mistake[] {
  if (algorithm === 'sha256') return [];
  const name = algorithm.replace(/^sha(?!3-)/, 'sha-');
  const fix = `The signature was computed with ${name.toUpperCase()}. SpiderFoot signs with HMAC-SHA256.`;
  return [{ ...mistakes.algorithm, name: `signature-${name}`, fix }];
}

function distinct(readings: readonly Reading[]): readonly Reading[] {
  const seen = new Set<string>();
  return readings.filter(({ hex, algorithm }) => {
    const key = `${algorithm} ${hex}`;
    return !seen.has(key) && seen.add(key);
  });
}
