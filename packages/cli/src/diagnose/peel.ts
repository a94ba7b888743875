import type { Mistake } from './mistake.ts';

/** A text without something that stands around a digest. */
export interface Peeled {
  readonly rest: string;
  /** `undefined` if it belongs there. */
  readonly mistake: Mistake | undefined;
}

const surrounded: Mistake = {
  name: 'signature-surrounded',
  fix: "There is white space, a quote or the header's name around the signature. The value alone is the signature.",
};
const commandOutput: Mistake = {
  name: 'signature-command-output',
  fix: 'The signature is the whole output of a command (openssl, sha256sum), which also names the algorithm or the file. Send the hex digits alone: openssl dgst -sha256 -hmac "$SECRET" -r body.json | cut -d" " -f1.',
};
const otherPrefix: Mistake = {
  name: 'signature-prefix',
  fix: 'The signature has another prefix than "sha256=". Send "sha256=" and the hex digits.',
};

/** Characters that a copied signature is wrapped in. */
const around = new Set(' \t\r\n\v\f\u00a0\ufeff"\'`<>()[]{};,.\u2026\u2018\u2019\u201c\u201d');

/** Removes the outermost layer around a digest. @returns `undefined` if there is none */
export function peel(text: string, isFirst: boolean): Peeled | undefined {
  const [, right] = (isFirst && /^sha256=(?=\S)(.*)$/is.exec(text)) || [];
  if (right !== undefined) return { rest: right, mistake: undefined };
  // Before the brackets are taken away, which a command writes around a file's name.
  const value = valueOfOutput(text.trim());
  if (value !== undefined) return { rest: value, mistake: commandOutput };
  const bare = trimmed(withoutHeaderName(text)).replace(/^b["']/, '');
  if (bare !== text) return { rest: bare, mistake: surrounded };
  // The padding of base64 is no prefix.
  const [, digest] = /^[\w-]{1,12}[=: ]\s*([^=\s].*)$/s.exec(text) ?? [];
  return digest === undefined ? undefined : { rest: digest, mistake: otherPrefix };
}

/** `SHA2-256(stdin)= 0f3b…` and `SHA256 (body.json) = 0f3b…`; `0f3b…  -`, `0f3b… *stdin` and `0f3b…  body.json`. */
function valueOfOutput(text: string): string | undefined {
  const [, behindName] = /^(?:[\w/-]{1,30} ?)?\([^()]{0,300}\) ?= ?(\S.*)$/s.exec(text) ?? [];
  if (behindName !== undefined) return behindName;
  // A further digit is no file: those are the bytes of a digest, with a blank between each two.
  const [, beforeName] = /^((?:sha256=)?[\da-f]{16,}) [ *]?(?=[^\s*])(?![\da-f\s]+$)\S/i.exec(text) ?? [];
  return beforeName;
}

/** The value of `X-SpiderFoot-Signature: sha256=…`. */
function withoutHeaderName(text: string): string {
  const colon = text.indexOf(':');
  return colon > 0 && isHeaderName(text.slice(0, colon)) ? text.slice(colon + 1) : text;
}

/** Whether a text is the name of a header that carries a signature. */
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
