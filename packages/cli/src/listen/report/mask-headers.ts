import type { IncomingMessage } from 'node:http';

/** Names of headers whose values let somebody in. */
const secret = /auth|cookie|token|secret|password|passwd|api-?key|session|credential|signature/i;

/** Hex digits of a signature that are shown: as many as are the delivery's id, and too few to be used. */
const shownDigits = 32;

/** A request's headers as they came, those that are secret masked. */
export function maskedHeaders({
  rawHeaders,
}: Pick<IncomingMessage, 'rawHeaders'>): readonly (readonly [string, string])[] {
  const shown: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    shown.push([name, secret.test(name) ? masked(value) : value]);
  }
  return shown;
}

/** A signature in a form that is known keeps its beginning, which is what the delivery is called. */
function masked(value: string): string {
  const [, prefix = '', digits] = /^(sha256=)?([0-9a-f]{64})$/i.exec(value) ?? [];
  return digits === undefined ? '***' : `${prefix}${digits.slice(0, shownDigits)}…`;
}
