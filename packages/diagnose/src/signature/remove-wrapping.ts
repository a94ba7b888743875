import type { Mistake } from '../mistakes/mistake.ts';
import { readingMistakes } from '../mistakes/notation-mistakes.ts';

/** A text after one layer around a digest was removed. */
export interface Unwrapped {
  readonly rest: string;
  /** `undefined` if the removed layer belongs there. */
  readonly mistake: Mistake | undefined;
}

const { surrounded, commandOutput, prefix: otherPrefix } = readingMistakes;

/** Characters that may surround a copied signature. */
const around = new Set(' \t\r\n\v\f\u00a0\ufeff"\'`<>()[]{};,.\u2026\u2018\u2019\u201c\u201d');

/** Remove the outermost layer around a digest. @returns `undefined` if there is none */
export function removeWrapping(text: string, isFirst: boolean): Unwrapped | undefined {
  const [, unprefixed] = (isFirst && /^sha256=(?=\S)(.*)$/is.exec(text)) || [];
  if (unprefixed !== undefined) return { rest: unprefixed, mistake: undefined };
  // Check for output first, because trimming removes the brackets that a command writes around a file name.
  const value = valueOfOutput(text.trim());
  if (value !== undefined) return { rest: value, mistake: commandOutput };
  const bare = trimmed(withoutHeaderName(text)).replace(/^b["']/, '');
  if (bare !== text) return { rest: bare, mistake: surrounded };
  // Base64 padding is not a prefix.
  const [, digest] = /^[\w-]{1,12}[=: ]\s*([^=\s].*)$/s.exec(text) ?? [];
  return digest === undefined ? undefined : { rest: digest, mistake: otherPrefix };
}

/**
 * Return the digest in the output of a command: `SHA2-256(stdin)= 0f3b…`, `SHA256 (body.json) = 0f3b…`, `0f3b…  -`,
 * `0f3b… *stdin` or `0f3b…  body.json`.
 */
function valueOfOutput(text: string): string | undefined {
  const [, behindName] = /^(?:[\w/-]{1,30} ?)?\([^()]{0,300}\) ?= ?(\S.*)$/s.exec(text) ?? [];
  if (behindName !== undefined) return behindName;
  // If another digit follows, it is not a file name: the digest is written with a space between its bytes.
  const [, beforeName] = /^((?:sha256=)?[\da-f]{16,}) [ *]?(?=[^\s*])(?![\da-f\s]+$)\S/i.exec(text) ?? [];
  return beforeName;
}

/** Return the value of `X-SpiderFoot-Signature: sha256=…`. */
function withoutHeaderName(text: string): string {
  const colon = text.indexOf(':');
  return colon > 0 && isHeaderName(text.slice(0, colon)) ? text.slice(colon + 1) : text;
}

/** Return whether a text is the name of a signature header. */
export function isHeaderName(text: string): boolean {
  const name = text.trim();
  return /^[\w-]+$/.test(name) && /signature/i.test(name);
}

function trimmed(text: string): string {
  let begin = 0;
  let end = text.length;
  while (begin < end && around.has(text.charAt(begin))) begin++;
  while (end > begin && around.has(text.charAt(end - 1))) end--;
  return text.slice(begin, end);
}
