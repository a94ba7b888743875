import { bodyForms } from '../mistakes/body-forms.ts';
import { captureMistakes } from '../mistakes/capture-mistakes.ts';
import { encodingMistakes } from '../mistakes/encoding-mistakes.ts';
import { jsonMistakes, styleMistakes } from '../mistakes/json-mistakes.ts';
import { lineMistakes } from '../mistakes/line-mistakes.ts';
import {
  type BodyForms,
  type Candidate,
  type Entry,
  type Mistake,
  reported,
  type SecretMistake,
  tableOf,
} from '../mistakes/mistake.ts';
import { secretEncodingMistakes } from '../mistakes/secret-encoding-mistakes.ts';
import { secretMistakes } from '../mistakes/secret-mistakes.ts';
import { shellMistakes } from '../mistakes/shell-mistakes.ts';
import { signedFormMistakes } from '../mistakes/signed-form-mistakes.ts';
import { unlikelySecrets } from '../mistakes/unlikely-secrets.ts';

/** A body or a secret that the other side may have, and the mistakes because of which it does. */
export interface Guess {
  readonly mistakes: readonly Mistake[];
  readonly value: Buffer;
  /** The cost of preparing the value and those that were skipped before it, in bytes that could have been hashed. */
  readonly cost: number;
}

/** The cost of preparing a candidate, in bytes that could have been hashed for each byte of the body. */
const costOf = (kind: Mistake['kind']) => (kind === 'json' ? 40 : 10);

/** The tables of mistakes in the body, the most common first. */
const bodyTables = [
  encodingMistakes,
  lineMistakes,
  styleMistakes,
  shellMistakes,
  captureMistakes,
  signedFormMistakes,
  jsonMistakes,
].flat();

/** Yield the candidates of a table. @param most the maximum number of candidates of an entry @param size the length of a body */
function* candidatesOf<Input>(
  table: readonly Entry<Input, Candidate>[],
  input: Input,
  most = Number.POSITIVE_INFINITY,
  size = 0,
): Generator<Guess, void, undefined> {
  let cost = 0;
  for (const entry of table) {
    const mistakes = [reported(entry)];
    let count = 0;
    // Finding out that there are no candidates takes time too.
    cost += size;
    for (const value of entry.candidates(input)) {
      if (value === undefined || value === input) continue;
      if (count++ >= most) break;
      cost += size * costOf(entry.kind);
      yield { mistakes, value: typeof value === 'string' ? Buffer.from(value) : value, cost };
      cost = 0;
    }
  }
}

/** Yield the bodies that may have been signed instead of a body. */
export function bodyGuesses(body: BodyForms, most?: number): Generator<Guess, void, undefined> {
  return candidatesOf(bodyTables, body, most, body.bytes.length);
}

/** The maximum number of layers around a body, such as base64 of gzip inside JSON. */
const mostLayers = 3;
/** The maximum number of bodies that are taken out of others. */
const mostBodies = 60;

/** Yield the bodies that remain after the layers around a body are removed, in which another mistake may be. */
export function* unwrapped(body: BodyForms): Generator<Guess, void, undefined> {
  const seen = new Set([keyOf(body.bytes)]);
  let layer: readonly Guess[] = [{ mistakes: [], value: body.bytes, cost: 0 }];
  for (let depth = 0; depth < mostLayers && layer.length > 0; depth++) {
    const next: Guess[] = [];
    for (const { mistakes, value } of layer) {
      for (const inner of candidatesOf(wrappers, bodyForms(value), 12, value.length)) {
        const key = keyOf(inner.value);
        if (seen.has(key) || inner.value.length === 0) continue;
        if (seen.size > mostBodies) return;
        seen.add(key);
        const guess = { ...inner, mistakes: [...mistakes, ...inner.mistakes] };
        yield guess;
        next.push(guess);
      }
    }
    layer = next;
  }
}

const unwrapping = new Set([
  ...[
    'body-base64',
    'body-hex',
    'body-compressed',
    'http-message',
    'chunk-sizes',
    'form-field',
    'written-as-json-string',
  ],
  ...[
    'body-in-json',
    'body-literal',
    'curl-command',
    'body-with-marks',
    'body-with-other-text',
    'body-utf-16',
    'zero-bytes',
  ],
  ...['newline-added', 'byte-order-mark-added', 'line-ends-crlf', 'quoted-printable', 'option-left-in'],
]);
const wrappers = [...captureMistakes, ...encodingMistakes, ...lineMistakes, ...shellMistakes].filter(
  ({ name }) => unwrapping.has(name),
);

/** Yield the secrets that may have been used instead of a secret. */
export function secretGuesses(
  secret: string,
  previous: readonly string[],
  most?: number,
): Generator<Guess, void, undefined> {
  return candidatesOf(
    [...previousSecrets(previous), ...secretMistakes, ...secretEncodingMistakes],
    secret,
    most,
  );
}

/** Yield the secrets that are too many to be combined with other mistakes. */
export function unlikelySecretGuesses(secret: string): Generator<Guess, void, undefined> {
  return candidatesOf(unlikelySecrets, secret);
}

function previousSecrets(previous: readonly string[]): readonly SecretMistake[] {
  return tableOf<string, Candidate>('secret', [
    {
      name: 'secret-previous',
      fix: 'The body was signed with the previous secret. While you replace the secret, give the receiver both: secret: [current, previous].',
      candidates: () => previous,
    },
  ]);
}

/** Return the first of equal values, without the given value itself. */
export function* distinct(guesses: Iterable<Guess>, given: Buffer): Generator<Guess, void, undefined> {
  const seen = new Set([keyOf(given)]);
  for (const guess of guesses) {
    const key = keyOf(guess.value);
    if (seen.has(key)) continue;
    seen.add(key);
    yield guess;
  }
}

function keyOf(value: Buffer): string {
  return value.toString('latin1');
}
