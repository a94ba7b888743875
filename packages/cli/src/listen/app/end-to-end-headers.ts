import { spiderfootHeaders } from '@spiderfoot-webhooks/core/adapter';

/** Headers that apply to one connection only (RFC 9110, section 7.6.1), and those that the next request gets of its own. */
const ofConnection: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Headers that `Connection` cannot remove. Otherwise, any client could hide the signature from an app that checks it if present. */
const alwaysPassed: readonly string[] = ['content-type', ...spiderfootHeaders];

/**
 * Return the headers to pass on, in the order and the spelling of the sender.
 * @param headers names and values in turn, as in `rawHeaders`
 */
export function endToEndHeaders(headers: readonly string[]): string[] {
  const pairs = pairsOf(headers);
  const listed = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((name) => name.trim().toLowerCase()))
    .filter((name) => !alwaysPassed.includes(name));
  const dropped = new Set([...ofConnection, ...listed]);
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase())).flat();
}

function pairsOf(headers: readonly string[]): readonly (readonly [name: string, value: string])[] {
  return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? ''] as const] : []));
}
