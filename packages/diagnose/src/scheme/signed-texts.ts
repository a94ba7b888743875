import { memberOf } from '../json/lossless-json.ts';
import { type Construction, hashOf, hmacOf } from '../signature/digests.ts';
import { urls } from './signed-urls.ts';
import { type Around, type SigningContext, timestamp } from './signing-context.ts';
import { webTokens } from './web-tokens.ts';

type Digest = Construction['digest'];

const marks = ['.', ':', '', '\n', '|', '-', '+', ',', ' ', '&', ';', '/', '_', '\r\n', '#'];
const versions = ['v0', 'v1', '1', 'v2', 'sha256', 't', 'POST'];
/** The maximum number of values of headers and fields that are tried. */
const mostValues = 24;
/** The longest body for which unknown timestamps are tried. */
const longest = 8192;

/** Yield the digests of a body together with other texts. */
export function* signedTexts(
  context: SigningContext,
  part: 'timestamp' | 'pair' | 'value' | 'url' | 'jwt' | 'near' | 'hash' | 'alone',
): Generator<Digest, void, undefined> {
  if (part === 'jwt') {
    yield* webTokens(context.signature);
    return;
  }
  if (part === 'hash') {
    yield* signedHashes(context);
    return;
  }
  if (part === 'alone') {
    for (const text of textsAlone(context)) yield (algorithm, secret) => hmacOf(algorithm, secret, text);
    return;
  }
  const around = { timestamp: timestamps, pair: pairs, value: others, url: signedUrls, near: nearTimes }[
    part
  ];
  for (const [before, after] of around(context)) {
    yield (algorithm, secret, body) => hmacOf(algorithm, secret, before, body, after);
  }
}

/** Return the values that may be signed too: of headers, of the signature header, and of the body. */
function valuesOf({ signature, headers, json }: SigningContext): readonly string[] {
  const inSignature = signature
    .split(/[,;\s&]+/)
    .flatMap((field) => [field.replace(/^[\w-]{1,16}[=:]\s*/, ''), field])
    .filter((value) => value.length < 40);
  const inBody = ['timestamp', 'id', 'event_type', 'event', 'nonce', 'delivery_id'].flatMap((name) => {
    const value = json === undefined ? undefined : memberOf(json, name);
    return typeof value === 'string' ? value.slice(1) : [];
  });
  const values = [...inSignature, ...Object.values(headers), ...inBody];
  const usable = values.filter((value) => value !== '' && value.length <= 300);
  return [...new Set(usable)].sort((a, b) => Number(timestamp.test(b)) - Number(timestamp.test(a)));
}

function signedUrls(context: SigningContext): Generator<Around> {
  return urls(context, valuesOf(context));
}

function* timestamps(context: SigningContext): Generator<Around> {
  for (const value of valuesOf(context))
    if (timestamp.test(value)) for (const form of formsOf(value)) yield* joined(form);
}

function* others(context: SigningContext): Generator<Around> {
  for (const value of valuesOf(context).slice(0, mostValues))
    if (!timestamp.test(value)) yield* joined(value);
  for (const name of Object.keys(context.headers).slice(0, mostValues)) {
    const value = context.headers[name] ?? '';
    yield [`${name}:${value}\n`, ''];
    yield [`${name}: ${value}\n`, ''];
  }
}

/** Return a time in the other units in which programs sign it. */
function formsOf(value: string): readonly string[] {
  const time = /^\d{10}$/.test(value)
    ? Number(value) * 1000
    : /^\d{13}$/.test(value)
      ? Number(value)
      : /^\d{10}\.\d+$/.test(value)
        ? Math.floor(Number(value)) * 1000
        : Date.parse(value);
  if (!Number.isFinite(time)) return [value];
  const seconds = Math.floor(time / 1000);
  return [
    ...new Set([
      value,
      String(seconds),
      String(time),
      new Date(time).toISOString(),
      String(Math.round(time / 1000)),
    ]),
  ];
}

function* joined(value: string): Generator<Around> {
  for (const mark of marks) {
    yield [value + mark, ''];
    yield ['', mark + value];
    for (const version of versions) {
      yield [`${version}${mark}${value}${mark}`, ''];
      yield [`${value}${mark}${version}${mark}`, ''];
      yield [`${version}${mark}`, `${mark}${value}`];
    }
  }
  yield [`${value}${value.length}`, ''];
  yield [`t=${value}.`, ''];
  yield [`t=${value},`, ''];
  yield [`timestamp=${value}&body=`, ''];
  yield [`timestamp=${value}&`, ''];
  yield [`{"timestamp":${value},"body":`, '}'];
}

function* pairs(context: SigningContext): Generator<Around> {
  const values = valuesOf(context).slice(0, mostValues);
  // Standard Webhooks.
  for (const id of values) {
    if (!timestamp.test(id))
      for (const time of values) if (timestamp.test(time)) yield [`${id}.${time}.`, ''];
  }
  for (const first of values) {
    for (const second of values) {
      if (first === second) continue;
      for (const mark of marks.slice(0, 8)) {
        yield [`${first}${mark}${second}${mark}`, ''];
        yield [`${first}${mark}`, `${mark}${second}`];
        yield ['', `${mark}${first}${mark}${second}`];
        yield [`v0${mark}${first}${mark}${second}${mark}`, ''];
        yield [`v1${mark}${first}${mark}${second}${mark}`, ''];
      }
    }
  }
}

/** The seconds before and after the time of the event that are tried. */
const range = 60;

function* nearTimes(context: SigningContext): Generator<Around> {
  if (context.size > longest) return;
  const times = valuesOf(context).flatMap((value) =>
    timestamp.test(value) ? formsOf(value).filter((form) => /^\d{10}$/.test(form)) : [],
  );
  for (const time of [...new Set(times)].slice(0, 2)) {
    for (let seconds = Number(time) - range; seconds <= Number(time) + range; seconds++) {
      yield [`${seconds}.`, ''];
      yield [`v0:${seconds}:`, ''];
      yield [`${seconds}:`, ''];
      yield [String(seconds), ''];
    }
  }
}

/** Yield the digests of a hash of the body together with other texts. */
function* signedHashes(context: SigningContext): Generator<Digest> {
  const hexDigests = new WeakMap<Buffer, string>();
  const hexOf = (body: Buffer) => {
    const known = hexDigests.get(body) ?? hashOf('sha256', body).toString('hex');
    hexDigests.set(body, known);
    return known;
  };
  for (const [before, after] of digestHeaders) {
    yield (algorithm, secret, body) =>
      hmacOf(algorithm, secret, before, hashOf('sha256', body).toString('base64'), after);
  }
  for (const [before, after] of [...timestamps(context), ...signedUrls(context)]) {
    yield (algorithm, secret, body) => hmacOf(algorithm, secret, before, hexOf(body), after);
  }
}

/** The lines of HTTP signatures (RFC 9530 and its predecessors). */
const digestHeaders: readonly Around[] = [
  ...['digest: SHA-256=', 'Digest: SHA-256=', 'SHA-256=', 'sha-256='].map((line) => [line, ''] as const),
  ['content-digest: sha-256=:', ':'],
  ['"content-digest": sha-256=:', ':'],
  ['sha-256=:', ':'],
];

/** The maximum number of values that are combined without the body. */
const mostAlone = 12;

/** Yield the texts that are signed without the body: values of headers and of the event. */
function* textsAlone(context: SigningContext): Generator<string> {
  const values = valuesOf(context).slice(0, mostAlone);
  for (const first of values) {
    yield first;
    for (const second of values) {
      if (first !== second)
        for (const mark of ['', '.', ':', '|', '\n', '&', ',', '-']) yield first + mark + second;
    }
  }
}
