import { likeliestFirst } from '../search/likeliest-first.ts';

/** The words of placeholders, the most common first. */
const words = [
  'secret|webhook secret|key|secret key|token|signing secret|webhook signing secret|api key|shared secret',
  'spiderfoot webhook secret|spiderfoot secret|hmac secret|secret token|password|webhook key|webhook token',
  'signing key|hmac key|webhook|super secret|super secret key|value',
].flatMap((line) => line.split('|'));
const prefixes = [
  'your |my |insert your |the |test |enter your |replace with your |example |put your |insert |paste your ',
  'dummy |change this |default |random |sample |demo ',
].flatMap((line) => ['', ...line.split('|')].slice(line.startsWith('your') ? 0 : 1));
const suffixes = ['', ' here'];
const enclosing = ['', '<>', '[]', '{}'];
/** Placeholders that are not composed of the words above. */
const fixed = [
  'changeme|change-me|change_me|change me|changeit|changethis|change-this|change_this|replaceme',
  'replace-me|replace_me|replace-this|fixme|todo|tbd|xxx|xxxx|xxxxx|xxxxxxxx|x|foo|bar|foobar|baz',
  'test|testing|test123|test1234|example|dummy|default|none|n/a|na|admin|root|demo|sample|placeholder',
  'redacted|hidden|masked|removed|filtered|...|…|123456|12345678|1234|12345|123456789|1234567890',
  'abc|abc123|abcdef|password|password1|password123|letmein|qwerty|hunter2|passw0rd|p@ssw0rd|s3cr3t',
  's3cret|sekret|supersecret|super-secret|super_secret|keyboard cat|shhh|shhhh|shhhhh|top-secret|topsecret|not-so-secret|please-change-me',
  'change-me-please|change-me-in-production|changeme123|changeme!|change-in-production|do-not-use-in-production',
  'string|insecure|unsafe|development|local|spiderfoot|webhook|hello|hello world|empty|<>|{}|***',
  'replace-with-a-long-random-string|a-long-random-string|some-random-string|random-string|long-random-string',
  "It's a Secret to Everybody|use-a-strong-secret|strong-secret",
].flatMap((line) => line.split('|'));

const upper = (text: string) => text.toUpperCase();
const title = (text: string) => text.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());

/** How the words of a placeholder are written, the most common first. */
const shapes: readonly ((text: string) => string)[] = [
  (text) => text.replaceAll(' ', '-'),
  (text) => upper(text).replaceAll(' ', '_'),
  (text) => text.replaceAll(' ', '_'),
  (text) => text,
  upper,
  title,
  (text) => text.replaceAll(' ', ''),
  (text) => upper(text).replaceAll(' ', '-'),
  (text) => title(text).replaceAll(' ', ''),
  (text) =>
    title(text)
      .replaceAll(' ', '')
      .replace(/^./, (letter) => letter.toLowerCase()),
  (text) => upper(text).replaceAll(' ', ''),
];

/** The maximum number of composed placeholders. */
const mostComposed = 2000;

/** Yield the placeholders that are written in examples instead of a secret. */
export function* placeholders(): Generator<string, void, undefined> {
  for (const text of fixed) {
    yield* [text, text.toUpperCase(), text.charAt(0).toUpperCase() + text.slice(1)];
    yield* [`<${text}>`, `<${text.toUpperCase()}>`, `[${text}]`, `{${text}}`, `{{${text}}}`, `{{ ${text} }}`];
  }
  for (const text of [
    'change me',
    'replace me',
    'change this',
    'replace this',
    'fix me',
    'to do',
    'fill in',
    'fill me in',
    'set me',
  ]) {
    for (const shape of shapes)
      for (const mark of ['', '!'])
        for (const pair of ['', '<>']) {
          yield enclosed(shape(text) + mark, pair);
        }
  }
  const lists = [words, prefixes, shapes, enclosing, suffixes];
  for (const indices of likeliestFirst(
    lists.map(({ length }) => length),
    mostComposed,
  )) {
    const [word = 0, prefix = 0, shape = 0, pair = 0, suffix = 0] = indices;
    const text = `${prefixes[prefix]}${words[word]}${suffixes[suffix]}`;
    yield enclosed(shapes[shape]?.(text) ?? text, enclosing[pair] ?? '');
  }
}

/** Put a text between two characters. */
export function enclosed(text: string, pair: string): string {
  const [open = '', close = ''] = pair;
  return `${open}${text}${close}`;
}
