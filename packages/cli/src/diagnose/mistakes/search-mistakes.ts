import { type Construction, constructions, hmac } from '../signature/digests.ts';
import { type Reading, readSignature } from '../signature/read-signature.ts';
import { bodyGuesses } from './body-mistakes.ts';
import type { Guess, Mistake } from './mistake.ts';
import { secretGuesses } from './secret-mistakes.ts';

/** What there is to go by. */
export interface Evidence {
  readonly body: Buffer;
  readonly secret: string;
  readonly signature: string;
  /** Secrets of former times. */
  readonly previousSecrets: readonly string[];
  /** Further headers of the same request, by their names. */
  readonly otherHeaders: Readonly<Record<string, string>>;
}

export interface Found {
  /** None: the signature is right as it is. */
  readonly mistakes: readonly Mistake[];
  /** What was signed, and with what. */
  readonly body: Buffer;
  readonly secret: Buffer;
}

export interface SearchResult {
  readonly found: Found | undefined;
  /** Whether everything was tried; a very large body would take too long. */
  readonly complete: boolean;
}

/** Bytes that are hashed, and kept, before the search gives up. Some seconds' worth. */
const mostHashed = 2 ** 30;
const mostKept = 2 ** 27;

type Attempt = readonly [
  body: Guess<Buffer> | undefined,
  secret: Guess<Buffer> | undefined,
  how: Construction,
];

/**
 * Look for the mistake that explains a signature: none, then one, then two of the body's, the secret's and the
 * construction's. How the signature is written comes on top.
 */
export function search(evidence: Evidence): SearchResult {
  const { body, secret } = evidence;
  const key = Buffer.from(secret);
  const readings = allReadings(evidence);
  let hashed = 0;
  if (readings.length === 0) return { found: undefined, complete: true };
  const { bodies, complete } = collectBodies(body);
  const secrets = distinct([...secretGuesses(secret, evidence.previousSecrets)], key);
  for (const [bodyGuess, secretGuess, how] of attempts(bodies, secrets)) {
    const tried = { body: bodyGuess?.value ?? body, secret: secretGuess?.value ?? key };
    const digests = new Map<string, string>();
    for (const { hex, algorithm, mistakes } of readings) {
      const digest = digests.get(algorithm) ?? how.digest(algorithm, tried.secret, tried.body);
      digests.set(algorithm, digest);
      if (!digest.startsWith(hex) && !digest.endsWith(hex)) continue;
      const further = [bodyGuess?.mistake, secretGuess?.mistake, how.mistake].filter(
        (mistake) => mistake !== undefined,
      );
      return { found: { mistakes: [...mistakes, ...further], ...tried }, complete: true };
    }
    hashed += tried.body.length * digests.size;
    if (hashed > mostHashed) return { found: undefined, complete: false };
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
  for (const how of constructions) yield [undefined, undefined, how];
  for (const secret of secrets) for (const body of bodies) yield [body, secret, hmac];
  for (const how of constructions) {
    for (const body of bodies) yield [body, undefined, how];
    for (const secret of secrets) yield [undefined, secret, how];
  }
}

function allReadings({ signature, otherHeaders }: Evidence): readonly Reading[] {
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
    fix: `The signature of this body stands in ${name}: another of SpiderFoot's senders. Name the header: signatureHeader: '${name}'.`,
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
    if (kept > mostKept) return { bodies: distinct(guesses, body), complete: false };
    guesses.push(guess);
  }
  return { bodies: distinct(guesses, body), complete: true };
}

/** Each value once, under the first of its names, and none that is what is there anyway. */
function distinct(guesses: readonly Guess<Buffer>[], given: Buffer): readonly Guess<Buffer>[] {
  const seen = new Set([given.toString('latin1')]);
  return guesses.filter(({ value }) => {
    const key = value.toString('latin1');
    return !seen.has(key) && seen.add(key);
  });
}
