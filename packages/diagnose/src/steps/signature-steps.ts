import { digitsOfNotation } from '../signature/hex-notation.ts';
import { longestSignature } from '../signature/read-signature.ts';
import { isHeaderName } from '../signature/remove-wrapping.ts';
import { notable, right, type Step, wrong } from './step.ts';

const prefix = /^sha256=/i;

/** Other digests, by their number of hex digits. */
const lengths: Readonly<Record<number, string>> = {
  32: ', the length of MD5',
  40: ', the length of SHA-1',
  56: ', the length of SHA-224',
  96: ', the length of SHA-384',
  128: ', the length of SHA-512',
};

/** Check the notation of a signature: white space, prefix, alphabet and length. */
export function signatureSteps(signature: string): readonly Step[] {
  const trimmed = signature.trim();
  if (trimmed === '') return [wrong('signature', 'empty')];
  if (trimmed.length > longestSignature) {
    return [wrong('signature', `${trimmed.length} characters, which is too long for a signature`)];
  }
  const digest = trimmed.replace(prefix, '');
  return [headerStep(signature), prefixStep(trimmed), alphabetStep(digest), lengthStep(digest)];
}

function headerStep(signature: string): Step {
  const step = 'header';
  if (signature.trim() !== signature) return wrong(step, 'there is white space around the signature');
  if (/^["']|["']$/.test(signature)) return wrong(step, 'there are quotes around the signature');
  if (signature.includes(',')) {
    return wrong(step, 'several values, separated by commas, as from two headers with the same name');
  }
  const [name = ''] = signature.split(':', 1);
  if (name.length < signature.length && isHeaderName(name))
    return wrong(step, 'the name of the header is included');
  return right(step, 'a single value');
}

function prefixStep(signature: string): Step {
  if (prefix.test(signature)) return right('prefix', 'sha256=');
  const [, other] = /^([\w-]{1,12}[=:])\s*[^=\s]/.exec(signature) ?? [];
  return other === undefined || digitsOfNotation(signature) !== undefined
    ? right('prefix', 'none, which is allowed')
    : wrong('prefix', `${other} instead of sha256=`);
}

function alphabetStep(digest: string): Step {
  const position = digest.search(/[^\da-f]/i);
  if (position === -1) return right('alphabet', 'only hex digits');
  const base64 = /^[\w+/-]+={0,2}$/.test(digest) ? '; the digest may be base64' : '';
  const character = JSON.stringify(digest[position]);
  return wrong('alphabet', `not a hex digit: ${character} at position ${position + 1}${base64}`);
}

function lengthStep(digest: string): Step {
  if (digest.length === 64) return right('length', '64 digits');
  const other = /^[\da-f]*$/i.test(digest) ? lengths[digest.length] : undefined;
  return wrong(
    'length',
    `${digest.length} ${digest.length === 1 ? 'character' : 'characters'} instead of 64${other ?? ''}`,
  );
}

/** Compare a signature with the expected one. The step shows only the first digits, so it does not reveal the rest. */
export function comparisonStep(expected: string, given: string): Step {
  const digest = given.trim().replace(prefix, '').toLowerCase();
  if (digest === expected) return right('match', 'the signature belongs to this body and this secret');
  const [begin, expectedBegin] = [digest, expected].map((text) => text.slice(0, 8));
  return notable(
    'match',
    `the signature begins with ${begin}…; the expected signature begins with ${expectedBegin}…`,
  );
}
