import { type Around, type SigningContext, timestamp } from './signing-context.ts';

const paths = [
  '/webhook',
  '/webhooks',
  '/',
  '/webhooks/spiderfoot',
  '/webhook/spiderfoot',
  '/spiderfoot',
  '/api/webhook',
];

/** Yield the methods, paths and URLs that may be signed with a body. @param values the values that may be timestamps */
export function* urls(
  { headers }: SigningContext,
  values: readonly string[],
): Generator<Around, void, undefined> {
  const path =
    headers[':path'] ?? headers['x-original-uri'] ?? headers['x-forwarded-uri'] ?? headers['x-original-url'];
  const hosts = [headers.host, headers['x-forwarded-host'], 'localhost:3000'];
  const known = [...(path === undefined ? [] : [path]), ...paths];
  const full = hosts
    .filter((host) => host !== undefined)
    .flatMap((host) =>
      known.flatMap((each) => [`https://${host}${each}`, `http://${host}${each}`, `${host}${each}`]),
    );
  const times = values.filter((value) => timestamp.test(value)).slice(0, 2);
  for (const target of [...known, ...full]) {
    for (const mark of ['', '\n', '.', ':', '|']) {
      yield [`POST${mark}${target}${mark}${mark}`, ''];
      yield [`${target}${mark}`, ''];
      yield ['', `${mark}${target}`];
      yield [`POST${mark}${target}${mark}`, ''];
      for (const time of times) {
        yield [`${time}${mark}POST${mark}${target}${mark}`, ''];
        yield [`POST${mark}${target}${mark}`, `${mark}${time}`];
        yield [`POST${mark}${target}${mark}${time}${mark}`, ''];
      }
      for (const time of times) {
        yield [`${time}${mark}${target}${mark}`, ''];
        yield [`${target}${mark}${time}${mark}`, ''];
      }
    }
  }
  for (const mark of ['', '\n', '.', ':', ' ', '|']) yield [`POST${mark}`, ''];
}
