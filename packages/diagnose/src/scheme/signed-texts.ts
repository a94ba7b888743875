import { type Json, memberOf } from '../json/lossless-json.ts';
import { type Construction, hmacOf } from '../signature/digests.ts';
import { webTokens } from './web-tokens.ts';

/** The facts from which other schemes build the text that they sign. */
export interface SigningContext {
  readonly signature: string;
  /** The other headers, by lowercase name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Json | undefined;
  /** The length of the body in bytes. */
  readonly size: number;
}

type Digest = Construction['digest'];

/** The texts before and after the body. */
type Around = readonly [before: string, after: string];

const marks = ['.', ':', '', '\n', '|', '-', '+', ',', ' ', '&', ';', '/', '_', '\r\n', '#'];
const versions = ['v0', 'v1', '1', 'v2', 'sha256', 't', 'POST'];
const timestamp =
  /^(?:\d{10}(?:\d{3})?(?:\.\d+)?|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT)$/;

/** The maximum number of values of headers and fields that are tried. */
const mostValues = 24;
/** The longest body for which unknown timestamps are tried. */
const longest = 8192;

/** Yield the digests of a body together with other texts. */
export function* signedTexts(
  context: SigningContext,
  part: 'timestamp' | 'pair' | 'value' | 'url' | 'jwt' | 'near',
): Generator<Digest, void, undefined> {
  if (part === 'jwt') {
    yield* webTokens(context.signature);
    return;
  }
  const around = { timestamp: timestamps, pair: pairs, value: others, url: urls, near: nearTimes }[part];
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

const paths = [
  '/webhook',
  '/webhooks',
  '/',
  '/webhooks/spiderfoot',
  '/webhook/spiderfoot',
  '/spiderfoot',
  '/api/webhook',
];

function* urls(context: SigningContext): Generator<Around> {
  const { headers } = context;
  const path =
    headers[':path'] ?? headers['x-original-uri'] ?? headers['x-forwarded-uri'] ?? headers['x-original-url'];
  const hosts = [headers.host, headers['x-forwarded-host'], 'localhost:3000'];
  const known = [...(path === undefined ? [] : [path]), ...paths];
  const full = hosts
    .filter((host) => host !== undefined)
    .flatMap((host) =>
      known.flatMap((each) => [`https://${host}${each}`, `http://${host}${each}`, `${host}${each}`]),
    );
  const times = valuesOf(context)
    .filter((value) => timestamp.test(value))
    .slice(0, 2);
  for (const target of [...known, ...full]) {
    for (const mark of ['', '\n', '.', ':', '|']) {
      yield [`${target}${mark}`, ''];
      yield ['', `${mark}${target}`];
      for (const method of ['POST']) {
        yield [`${method}${mark}${target}${mark}`, ''];
        for (const time of times) {
          yield [`${time}${mark}${method}${mark}${target}${mark}`, ''];
          yield [`${method}${mark}${target}${mark}`, `${mark}${time}`];
          yield [`${method}${mark}${target}${mark}${time}${mark}`, ''];
        }
      }
      for (const time of times)
        yield* [
          [`${time}${mark}${target}${mark}`, ''] as const,
          [`${target}${mark}${time}${mark}`, ''] as const,
        ];
    }
  }
  for (const mark of ['', '\n', '.', ':', ' ', '|']) yield [`POST${mark}`, ''];
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
