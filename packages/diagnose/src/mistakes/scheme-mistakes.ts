import { signedTexts } from '../scheme/signed-texts.ts';
import type { SigningContext } from '../scheme/signing-context.ts';
import { type Construction, hashOf, hmacOf } from '../signature/digests.ts';
import { type Entry, reported, tableOf } from './mistake.ts';

type Digest = Construction['digest'];
export type SchemeMistake = Entry<SigningContext, Digest>;

const separators = ['', ':', '.', '\n', '|', '-', '_', '&', ' ', '+', ','];
const useHmac = 'Use HMAC with the body as the message: hmac.new(secret, body, sha256).';

/** Ways to compute a signature other than the HMAC of the body. */
export const schemeMistakes: readonly SchemeMistake[] = tableOf<SigningContext, Digest>('scheme', [
  {
    name: 'hmac-swapped',
    fix: 'The key and the message of the HMAC are swapped. Use the secret as the key, and the body as the message.',
    candidates: () => [(algorithm, secret, body) => hmacOf(algorithm, body, secret)],
  },
  {
    name: 'hash-secret-first',
    fix: `The signature is a plain hash of the secret followed by the body. ${useHmac}`,
    candidates: () =>
      separators.map(
        (separator): Digest =>
          (algorithm, secret, body) =>
            hashOf(algorithm, secret, separator, body),
      ),
  },
  {
    name: 'hash-body-first',
    fix: `The signature is a plain hash of the body followed by the secret. ${useHmac}`,
    candidates: () =>
      separators.map(
        (separator): Digest =>
          (algorithm, secret, body) =>
            hashOf(algorithm, body, separator, secret),
      ),
  },
  {
    name: 'hash-secret-on-both-sides',
    fix: `The signature is a plain hash of the body between two copies of the secret. ${useHmac}`,
    candidates: () =>
      separators.slice(0, 4).map(
        (mark): Digest =>
          (algorithm, secret, body) =>
            hashOf(algorithm, secret, mark, body, mark, secret),
      ),
  },
  {
    name: 'hash-without-secret',
    fix: `The signature is a hash of the body without a secret, which anyone can compute. ${useHmac}`,
    candidates: () => [
      (algorithm, _, body) => hashOf(algorithm, body),
      (algorithm, _, body) => hashOf(algorithm, hashOf(algorithm, body)),
      (algorithm, _, body) => hashOf(algorithm, hashOf(algorithm, body).toString('hex')),
    ],
  },
  {
    name: 'hmac-of-hash',
    fix: 'The HMAC was computed over a hash of the body, not over the body. Pass the body itself to the HMAC.',
    candidates: () =>
      (['sha256', 'md5', 'sha1', 'sha512'] as const).flatMap((inner) =>
        ([(hash: Buffer) => hash, ...texts] as const).map(
          (write): Digest =>
            (algorithm, secret, body) =>
              hmacOf(algorithm, secret, write(hashOf(inner, body))),
        ),
      ),
  },
  {
    name: 'hmac-twice',
    fix: 'The HMAC was hashed or signed once more. Compute the HMAC of the body once.',
    candidates: () => [
      ...[(digest: Buffer) => digest, ...texts].flatMap((write): Digest[] => [
        (algorithm, secret, body) => hmacOf(algorithm, secret, write(hmacOf(algorithm, secret, body))),
        (algorithm, secret, body) => hashOf(algorithm, write(hmacOf(algorithm, secret, body))),
      ]),
      (algorithm, secret, body) => hashOf(algorithm, secret, hashOf(algorithm, secret, body)),
      (algorithm, secret, body) => hashOf(algorithm, secret, hashOf(algorithm, secret, body).toString('hex')),
      (algorithm, secret, body) => hashOf(algorithm, hashOf(algorithm, secret).toString('hex'), body),
      (algorithm, secret, body) => hashOf(algorithm, hashOf(algorithm, body).toString('hex'), secret),
      (algorithm, secret, body) => hashOf(algorithm, secret, hashOf(algorithm, body).toString('hex')),
    ],
  },
  {
    name: 'hmac-with-secret-in-message',
    fix: 'The secret is part of the message of the HMAC. Use it only as the key.',
    candidates: () =>
      separators
        .slice(0, 5)
        .flatMap((mark): Digest[] => [
          (algorithm, secret, body) => hmacOf(algorithm, secret, secret, mark, body),
          (algorithm, secret, body) => hmacOf(algorithm, secret, body, mark, secret),
        ]),
  },
  {
    name: 'scheme-length',
    fix: 'The length of the body was signed with the body. SpiderFoot signs only the body. Sign the body alone.',
    candidates: () =>
      separators.flatMap((mark): Digest[] => [
        (algorithm, secret, body) => hmacOf(algorithm, secret, `${body.length}${mark}`, body),
        (algorithm, secret, body) => hmacOf(algorithm, secret, body, `${mark}${body.length}`),
      ]),
  },
  {
    name: 'scheme-timestamp',
    fix: 'The sender uses another signing scheme, like Stripe and Slack: it signs a timestamp together with the body. SpiderFoot signs only the body. Sign the body alone, or verify this sender with its own library.',
    candidates: (context) => signedTexts(context, 'timestamp'),
  },
  {
    name: 'scheme-id-and-timestamp',
    fix: 'The sender uses another signing scheme, like Standard Webhooks and Svix: it signs an ID and a timestamp together with the body. SpiderFoot signs only the body. Sign the body alone, or verify this sender with its own library.',
    candidates: (context) => signedTexts(context, 'pair'),
  },
  {
    name: 'scheme-header',
    fix: 'The value of a header or of a field was signed with the body. SpiderFoot signs only the body. Sign the body alone.',
    candidates: (context) => signedTexts(context, 'value'),
  },
  {
    name: 'scheme-url',
    fix: 'The method, the path or the URL was signed with the body, as HubSpot, Square and Trello do. SpiderFoot signs only the body. Sign the body alone.',
    candidates: (context) => signedTexts(context, 'url'),
  },
  {
    name: 'scheme-jwt',
    fix: 'The signature is a JSON Web Token (JWT or JWS). SpiderFoot sends the HMAC of the body in hex. Sign the body with HMAC-SHA256.',
    candidates: (context) => signedTexts(context, 'jwt'),
  },
  {
    name: 'scheme-hash-with-values',
    fix: 'A hash of the body was signed together with a timestamp, a URL or the name of a header, as AWS and HTTP message signatures do. SpiderFoot signs the body itself. Sign the body alone.',
    candidates: (context) => signedTexts(context, 'hash'),
  },
  {
    name: 'scheme-without-body',
    fix: 'Only values of headers or of the event were signed, without the body, as Mailgun and Dropbox Sign do. Anyone could replace the body. Sign the body.',
    candidates: (context) => signedTexts(context, 'alone'),
  },
  {
    name: 'scheme-unknown-timestamp',
    fix: 'A timestamp close to the time of the event was signed with the body. SpiderFoot signs only the body. Sign the body alone.',
    candidates: (context) => signedTexts(context, 'near'),
  },
]);

const texts: readonly ((bytes: Buffer) => string)[] = [
  (bytes) => bytes.toString('hex'),
  (bytes) => bytes.toString('base64'),
  (bytes) => bytes.toString('hex').toUpperCase(),
  (bytes) => bytes.toString('base64url'),
  (bytes) => `sha256=${bytes.toString('hex')}`,
  (bytes) => `${bytes.toString('hex')}  -\n`,
  (bytes) => `${bytes.toString('hex')}\n`,
];

/** Return the constructions of a table entry. */
export function* constructionsOf(entry: SchemeMistake, context: SigningContext): Generator<Construction> {
  const mistake = reported(entry);
  for (const digest of entry.candidates(context)) if (digest !== undefined) yield { mistake, digest };
}
