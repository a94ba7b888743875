import type { Mistake } from '../mistakes/mistake.ts';
import { type Algorithm, algorithms, type Construction, digestLengths } from '../signature/digests.ts';
import { algorithmMistake, type Reading } from '../signature/read-signature.ts';
import { renderingOf } from '../signature/renderings.ts';

/** The cost of an HMAC of an empty body, in bytes. */
const overhead = 1024;

/** Compares digests with the readings of a signature, and counts the work. */
export interface Matcher {
  /**
   * Return the mistakes in the notation if the digest of a body is the signature. Return `undefined` if it is not.
   * @param thoroughly whether rare algorithms and notations are tried too
   */
  match(
    construction: Construction,
    secret: Buffer,
    body: Buffer,
    thoroughly?: boolean,
  ): readonly Mistake[] | undefined;
  /** Add the cost of preparing a candidate, in bytes. */
  spend(bytes: number): void;
  /** The number of bytes that were hashed, with the overhead of each HMAC. */
  readonly spent: number;
}

const common: readonly Algorithm[] = ['sha256', 'sha1', 'sha512', 'sha384', 'sha224', 'md5'];

/** The readings of a signature as a digest of one algorithm. */
interface Group {
  readonly algorithm: Algorithm;
  readonly readings: readonly Reading[];
}

export function createMatcher(signature: string, readings: readonly Reading[]): Matcher {
  const groups = algorithms.flatMap((algorithm): Group[] => {
    const ofAlgorithm = readings.filter((reading) => reading.algorithm === algorithm);
    return ofAlgorithm.length === 0 ? [] : [{ algorithm, readings: ofAlgorithm }];
  });
  const usual = groups.filter(({ algorithm }) => common.includes(algorithm));
  let spent = 0;
  return {
    match(construction, secret, body, thoroughly = false) {
      for (const { algorithm, readings: ofAlgorithm } of thoroughly ? groups : usual) {
        spent += body.length + overhead;
        const digest = construction.digest(algorithm, secret, body);
        for (const { bytes, hex, mistakes } of ofAlgorithm) if (isPart(bytes, hex, digest)) return mistakes;
      }
      if (!thoroughly) return undefined;
      for (const algorithm of common) {
        spent += body.length + overhead;
        const digest = construction.digest(algorithm, secret, body);
        const mistakes = cutTo32Bytes(readings, algorithm, digest) ?? renderingOf(signature, digest);
        if (mistakes !== undefined) return [...mistakes, ...algorithmMistake(algorithm)];
      }
      return undefined;
    },
    spend(bytes) {
      spent += bytes;
    },
    get spent() {
      return spent;
    },
  };
}

/** A digest of another length can be cut to the length of SHA-256. */
function cutTo32Bytes(
  readings: readonly Reading[],
  algorithm: Algorithm,
  digest: Buffer,
): readonly Mistake[] | undefined {
  if (digest.length <= digestLengths.sha256 && algorithm !== 'sha224') return undefined;
  return readings.find(
    ({ hex, bytes, algorithm: read }) => read === 'sha256' && hex.length > 40 && isPart(bytes, hex, digest),
  )?.mistakes;
}

/** Return whether a digest begins or ends with bytes, or with an odd number of hex digits. */
function isPart(bytes: Buffer, hex: string, digest: Buffer): boolean {
  const { length } = bytes;
  if (length > digest.length) return false;
  if (hex.length % 2 === 0) {
    // Comparing the first bytes avoids most of the calls.
    const begins = digest[0] === bytes[0] && digest.compare(bytes, 0, length, 0, length) === 0;
    const at = digest.length - length;
    return begins || (digest[at] === bytes[0] && digest.subarray(at).equals(bytes));
  }
  const text = digest.toString('hex');
  return text.startsWith(hex) || text.endsWith(hex);
}
