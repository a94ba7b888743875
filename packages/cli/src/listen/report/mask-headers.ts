import type { IncomingMessage } from 'node:http';
import { carriesCredentials, type SecretSearch } from '@spiderfoot-webhooks/core/adapter';

/** The number of hex digits of a signature that are shown. They are the delivery's id, and too few for a forgery. */
const shownDigits = 32;

/**
 * Return the headers of a request as received, with secret values masked.
 * @param search searches for the secrets of the receiver, which a header with any name may contain
 */
export function maskedHeaders(
  { rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>,
  search: Pick<SecretSearch, 'isInHeader'>,
): readonly (readonly [string, string])[] {
  const shown: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (search.isInHeader(name)) shown.push(['***', '***']);
    else if (search.isInHeader(value)) shown.push([name, '***']);
    else shown.push([name, isSecret(name) ? masked(value) : value]);
  }
  return shown;
}

function isSecret(name: string): boolean {
  return carriesCredentials(name) || /signature/i.test(name);
}

/** Mask a value. A signature in a known form keeps its beginning, which is the delivery's id. */
function masked(value: string): string {
  const [, prefix = '', digits] = /^(sha256=)?([0-9a-f]{64})$/i.exec(value) ?? [];
  return digits === undefined ? '***' : `${prefix}${digits.slice(0, shownDigits)}…`;
}
