import { type Construction, hmacOf } from '../signature/digests.ts';

/** Yield the digests of a JSON Web Token (RFC 7515), whose payload may be the body and may be left out. */
export function* webTokens(signature: string): Generator<Construction['digest'], void, undefined> {
  const [, head, payload] = /([\w-]{8,})\.([\w-]*)\.[\w-]{20,}/.exec(signature) ?? [];
  if (head === undefined || payload === undefined) return;
  yield (algorithm, secret) => hmacOf(algorithm, secret, `${head}.${payload}`);
  yield (algorithm, secret, body) => hmacOf(algorithm, secret, `${head}.${body.toString('base64url')}`);
  yield (algorithm, secret, body) => hmacOf(algorithm, secret, `${head}.`, body);
}
