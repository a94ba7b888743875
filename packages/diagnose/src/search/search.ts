import type { Evidence } from '../evidence.ts';
import { bodyForms } from '../mistakes/body-forms.ts';
import { kinds, type Mistake } from '../mistakes/mistake.ts';
import { constructionsOf, schemeMistakes } from '../mistakes/scheme-mistakes.ts';
import { bufferOf, type Construction, hmac } from '../signature/digests.ts';
import { longestSignature, type Reading, readSignature } from '../signature/read-signature.ts';
import {
  bodyGuesses,
  distinct,
  type Guess,
  secretGuesses,
  unlikelySecretGuesses,
  unwrapped,
} from './guesses.ts';
import { createMatcher } from './matcher.ts';

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

/** The search stops after this number of bytes, which takes about a second. */
const mostBytes = 2 ** 29;

interface Attempt {
  readonly body?: Guess;
  readonly secret?: Guess;
  readonly construction?: Construction;
  readonly thoroughly?: boolean;
}

/**
 * Search for the mistakes that explain a signature. Try none, then one, then two mistakes of the body, the secret and
 * the construction. Mistakes in the notation of the signature are tried in addition.
 */
export function search(evidence: Evidence): SearchResult {
  const key = Buffer.from(evidence.secret);
  const body = bufferOf(evidence.body);
  // A longer text is not a signature, and several patterns are slow for it.
  if (evidence.signature.trim().length > longestSignature) return { found: undefined, complete: true };
  const readings = allReadings(evidence);
  const matcher = createMatcher(evidence.signature, readings);
  for (const attempt of attempts(evidence, body, key)) {
    // Without a reading, only a notation that cannot be read back can match.
    if (readings.length === 0 && attempt.thoroughly !== true) break;
    const tried = { body: attempt.body?.value ?? body, secret: attempt.secret?.value ?? key };
    const { construction = hmac, thoroughly } = attempt;
    const inSignature = matcher.match(construction, tried.secret, tried.body, thoroughly);
    if (inSignature !== undefined) {
      const { mistake } = construction;
      const others = [
        ...(attempt.body?.mistakes ?? []),
        ...(attempt.secret?.mistakes ?? []),
        ...(mistake ? [mistake] : []),
      ];
      return {
        found: { mistakes: distinctMistakes([...withoutSchemes(inSignature, mistake), ...others]), ...tried },
        complete: true,
      };
    }
    matcher.spend(attempt.body?.cost ?? 0);
    if (matcher.spent > mostBytes) return { found: undefined, complete: false };
  }
  return { found: undefined, complete: true };
}

/** How many candidates of an entry are combined with another mistake. */
const few = { secrets: 1, bodies: 4 };
/** The maximum number of bytes of the bodies that are kept to be combined with another mistake. */
const mostKept = 2 ** 24;

function* attempts(evidence: Evidence, body: Buffer, key: Buffer): Generator<Attempt, void, undefined> {
  const { secret, signature, previousSecrets = [], otherHeaders = {} } = evidence;
  const forms = bodyForms(body);
  const context = { signature, headers: lowercase(otherHeaders), json: forms.json, size: body.length };
  const secrets = [...distinct(secretGuesses(secret, previousSecrets, few.secrets), key)];
  const schemes = (from: number, to: number, most: number) =>
    schemeMistakes.slice(from, to).flatMap((entry) => [...constructionsOf(entry, context)].slice(0, most));
  yield { thoroughly: true };
  // One mistake.
  for (const construction of schemes(0, fixedSchemes, 40))
    yield { construction, thoroughly: body.length < 2 ** 14 };
  for (const guess of secrets) yield { secret: guess };
  const simple: Guess[] = [];
  let size = 0;
  for (const guess of bodyGuesses(forms, few.bodies)) {
    yield { body: guess };
    size += guess.value.length;
    if (size <= mostKept) simple.push(guess);
  }
  for (const guess of distinct(secretGuesses(secret, previousSecrets), key)) yield { secret: guess };
  // A mistake inside others, such as a newline after base64.
  const inner = [...unwrapped(forms)];
  for (const guess of inner) yield { body: guess };
  for (const { mistakes, value } of inner) {
    for (const guess of bodyGuesses(bodyForms(value), 6)) {
      if (guess.mistakes.some(({ name }) => name.startsWith('signed-'))) continue;
      yield { body: { ...guess, mistakes: [...mistakes, ...guess.mistakes] } };
    }
  }
  // Two mistakes.
  const bodies = [...kept(distinct([...simple, ...inner], body))];
  for (const other of secrets) for (const guess of bodies) yield { body: guess, secret: other };
  for (const construction of schemes(0, fixedSchemes, 2)) {
    for (const other of secrets) yield { secret: other, construction };
    for (const guess of bodies) yield { body: guess, construction };
  }
  // One mistake, with many candidates.
  for (const entry of schemeMistakes.slice(fixedSchemes)) {
    for (const construction of constructionsOf(entry, context)) yield { construction };
  }
  for (const guess of unlikelySecretGuesses(secret)) yield { secret: guess };
  for (const guess of bodyGuesses(forms)) yield { body: guess };
  for (const construction of schemes(fixedSchemes, -1, 40)) {
    for (const other of secrets.filter(isDecoded)) yield { secret: other, construction };
    for (const guess of bodies.slice(0, 4)) yield { body: guess, construction };
  }
}

/** The number of schemes that need nothing but the secret and the body. */
const fixedSchemes = schemeMistakes.findIndex(({ name }) => name === 'scheme-timestamp');

/** Standard Webhooks and Svix decode their secrets. */
function isDecoded({ mistakes }: Guess): boolean {
  return mistakes.some(({ name }) =>
    /^secret-(?:base64-decoded|hex-decoded|newline-lost|previous|prefix)$/.test(name),
  );
}

/** Yield guesses until they take too much memory. */
function* kept(guesses: Iterable<Guess>): Generator<Guess, void, undefined> {
  let bytes = 0;
  for (const guess of guesses) {
    bytes += guess.value.length;
    if (bytes > mostKept) return;
    yield guess;
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
    kind: 'notation',
    fix: `The signature of this body is in the header ${name}, which another SpiderFoot sender uses. Set the option signatureHeader: '${name}'.`,
    docs: kinds.notation,
  };
}

function lowercase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Leave out the notations that belong to another scheme, such as `v1=` and base64. */
function withoutSchemes(inSignature: readonly Mistake[], scheme: Mistake | undefined): readonly Mistake[] {
  if (scheme?.name.startsWith('scheme-') !== true) return inSignature;
  return inSignature.filter(
    ({ name }) => !/^signature-(?:joined|prefix|base64|surrounded|command-output)$/.test(name),
  );
}

function distinctMistakes(mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.filter(({ name }, index) => mistakes.findIndex((other) => other.name === name) === index);
}
