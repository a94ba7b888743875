import { digitsOfNotation } from '../signature/hex-notation.ts';
import { longestSignature } from '../signature/read-signature.ts';
import { isHeaderName } from '../signature/remove-wrapping.ts';
import { notable, right, type Step, wrong } from './step.ts';

const prefix = /^sha256=/i;

/** What other digests look like, by how many hex digits they have. */
const lengths: Readonly<Record<number, string>> = {
  32: ', as MD5 has',
  40: ', as SHA-1 has',
  56: ', as SHA-224 has',
  96: ', as SHA-384 has',
  128: ', as SHA-512 has',
};

/** Look at the form of a signature: white space, prefix, alphabet, length. */
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
  const what = 'header';
  if (signature.trim() !== signature) return wrong(what, 'there is white space around the signature');
  if (/^["']|["']$/.test(signature)) return wrong(what, 'there are quotes around the signature');
  if (signature.includes(',')) {
    return wrong(what, 'several values, joined by a comma: two headers of the same name make one so');
  }
  const [name = ''] = signature.split(':', 1);
  if (name.length < signature.length && isHeaderName(name))
    return wrong(what, "the header's name stands before its value");
  return right(what, 'a single value');
}

function prefixStep(signature: string): Step {
  if (prefix.test(signature)) return right('prefix', 'sha256=');
  const [, other] = /^([\w-]{1,12}[=:])\s*[^=\s]/.exec(signature) ?? [];
  return other === undefined || digitsOfNotation(signature) !== undefined
    ? right('prefix', 'none, which is allowed')
    : wrong('prefix', `${other} in place of sha256=`);
}

function alphabetStep(digest: string): Step {
  const position = digest.search(/[^\da-f]/i);
  if (position === -1) return right('alphabet', 'hex digits alone');
  const base64 = /^[\w+/-]+={0,2}$/.test(digest) ? '; it may be base64' : '';
  return wrong('alphabet', `no hex digit: ${JSON.stringify(digest[position])} at ${position + 1}${base64}`);
}

function lengthStep(digest: string): Step {
  if (digest.length === 64) return right('length', '64 digits');
  const other = /^[\da-f]*$/i.test(digest) ? lengths[digest.length] : undefined;
  return wrong('length', `${digest.length} characters in place of 64${other ?? ''}`);
}

/** Compare the beginnings, which give nothing away. */
export function comparisonStep(expected: string, given: string): Step {
  const digest = given.trim().replace(prefix, '').toLowerCase();
  if (digest === expected) return right('match', 'the signature belongs to this body and this secret');
  const [left, here] = [digest, expected].map((text) => text.slice(0, 8));
  return notable('match', `the signature begins with ${left}…, that of this body and secret with ${here}…`);
}
