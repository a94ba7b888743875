import type { Evidence } from '../evidence.ts';
import { bufferOf, type Construction, constructions, hmac } from '../signature/digests.ts';
import { type Reading, readSignature } from '../signature/read-signature.ts';
import { bodyGuesses } from './body-mistakes.ts';
import type { Guess, Mistake } from './mistake.ts';
import { secretGuesses } from './secret-mistakes.ts';

/** The mistakes that explain a signature, and the values that they lead to. */
export interface Found {
  readonly mistakes: readonly Mistake[];
  /** The body that was signed. */
  readonly body: Uint8Array;
  /** The secret that it was signed with. Show it only on request. */
  readonly secret: Uint8Array;
}

export interface SearchResult {
  readonly found: Found | undefined;
  /** Whether all known mistakes were tried. `false` for a very large body, for which this would take too long. */
  readonly complete: boolean;
}

/** The search stops after it has hashed this number of bytes, which takes a few seconds. */
const maxHashedBytes = 2 ** 30;
/** The maximum number of bytes of bodies that are kept in memory. */
const maxKeptBytes = 2 ** 27;

type Attempt = readonly [
  body: Guess<Buffer> | undefined,
  secret: Guess<Buffer> | undefined,
  construction: Construction,
];

/**
 * Search for the mistakes that explain a signature. Try none, then one, then two mistakes of the body, the secret and
 * the construction. Mistakes in the notation of the signature are tried in addition.
 */
export function search(evidence: Evidence): SearchResult {
  const { secret, previousSecrets = [] } = evidence;
  const body = bufferOf(evidence.body);
  const key = Buffer.from(secret);
  const readings = allReadings(evidence);
  let hashed = 0;
  if (readings.length === 0) return { found: undefined, complete: true };
  const { bodies, complete } = collectBodies(body);
  const secrets = distinct([...secretGuesses(secret, previousSecrets)], key);
  for (const [bodyGuess, secretGuess, construction] of attempts(bodies, secrets)) {
    const tried = { body: bodyGuess?.value ?? body, secret: secretGuess?.value ?? key };
    const digests = new Map<string, string>();
    for (const { hex, algorithm, mistakes } of readings) {
      const digest = digests.get(algorithm) ?? construction.digest(algorithm, tried.secret, tried.body);
      digests.set(algorithm, digest);
      if (!digest.startsWith(hex) && !digest.endsWith(hex)) continue;
      const further = [bodyGuess?.mistake, secretGuess?.mistake, construction.mistake].filter(
        (mistake) => mistake !== undefined,
      );
      return { found: { mistakes: [...mistakes, ...further], ...tried }, complete: true };
    }
    hashed += tried.body.length * digests.size;
    if (hashed > maxHashedBytes) return { found: undefined, complete: false };
  }
  return { found: undefined, complete };
}

function* attempts(
  bodies: readonly Guess<Buffer>[],
  secrets: readonly Guess<Buffer>[],
): Generator<Attempt, void, undefined> {
  yield [undefined, undefined, hmac];
  for (const body of bodies) yield [body, undefined, hmac];
  for (const secret of secrets) yield [undefined, secret, hmac];
  for (const construction of constructions) yield [undefined, undefined, construction];
  for (const secret of secrets) for (const body of bodies) yield [body, secret, hmac];
  for (const construction of constructions) {
    for (const body of bodies) yield [body, undefined, construction];
    for (const secret of secrets) yield [undefined, secret, construction];
  }
}

function allReadings({ signature, otherHeaders = {} }: Evidence): readonly Reading[] {
  const others = Object.entries(otherHeaders).flatMap(([name, value]) =>
    readSignature(value).map((reading) => ({
      ...reading,
      mistakes: [otherHeader(name), ...reading.mistakes],
    })),
  );
  return [...readSignature(signature), ...others];
}

function otherHeader(name: string): Mistake {
  return {
    name: 'other-header',
    fix: `The signature of this body is in the header ${name}, which another SpiderFoot sender uses. Set the option signatureHeader: '${name}'.`,
  };
}

function collectBodies(body: Buffer): {
  readonly bodies: readonly Guess<Buffer>[];
  readonly complete: boolean;
} {
  const guesses: Guess<Buffer>[] = [];
  let kept = 0;
  for (const guess of bodyGuesses(body)) {
    kept += guess.value.length;
    if (kept > maxKeptBytes) return { bodies: distinct(guesses, body), complete: false };
    guesses.push(guess);
  }
  return { bodies: distinct(guesses, body), complete: true };
}

/** Return each value once, with the first of its mistakes. Leave out the given value itself. */
function distinct(guesses: readonly Guess<Buffer>[], given: Buffer): readonly Guess<Buffer>[] {
  const seen = new Set([given.toString('latin1')]);
  return guesses.filter(({ value }) => {
    const key = value.toString('latin1');
    return !seen.has(key) && seen.add(key);
  });
}
