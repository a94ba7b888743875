/** The longest secret for which changes of single characters are tried. */
const longest = 64;

/** Yield the beginnings and the ends of a secret, with the character at which it was cut. */
export function* cuts(secret: string): Generator<readonly [part: string, at: string], void, undefined> {
  const length = Math.min(secret.length, 512);
  for (let end = 1; end < length; end++) {
    const part = secret.slice(0, end);
    yield [part, secret.charAt(end)];
    if (part.trimEnd() !== part) yield [part.trimEnd(), secret.charAt(end)];
  }
  for (let begin = 1; begin < length; begin++) yield [secret.slice(begin), ''];
}

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];

/**
 * Yield the secrets that differ from a secret in one character, or in two neighbors. Only a letter, a digit or the same
 * character again is inserted.
 */
export function* typos(secret: string): Generator<string, void, undefined> {
  if (secret.length > longest) return;
  const positions = Array.from({ length: secret.length }, (_, at) => at);
  for (const at of positions) {
    const [head, first, tail] = [secret.slice(0, at), secret.charAt(at), secret.slice(at + 1)];
    yield head + tail;
    yield head + first + first + tail;
    yield head + tail.charAt(0) + first + tail.slice(1);
    yield head + otherCase(first) + tail;
  }
  for (const letter of letters) yield* [letter + secret, secret + letter];
  for (const at of positions) {
    for (const letter of letters) yield secret.slice(0, at) + letter + secret.slice(at + 1);
  }
}

function otherCase(letter: string): string {
  const upper = letter.toUpperCase();
  return upper === letter ? letter.toLowerCase() : upper;
}

const alike = [
  '0Oo',
  '1lI|',
  '5S',
  '8B',
  '2Z',
  '-_',
  "'`",
  '6b',
  '9gq',
  'vV',
  'cC',
  'uU',
  'kK',
  'sS',
  'wW',
  'xX',
  'zZ',
  'pP',
];

/** Yield a secret with all characters of one kind replaced by characters that look alike. */
export function* lookalikes(secret: string): Generator<string, void, undefined> {
  for (const group of alike) {
    for (const from of group) {
      for (const to of group) if (from !== to && secret.includes(from)) yield secret.replaceAll(from, to);
    }
  }
  yield secret.replaceAll('rn', 'm');
  yield secret.replaceAll('m', 'rn');
  yield [...secret].map((character) => homoglyphs.get(character) ?? character).join('');
}

/** Letters of Cyrillic and Greek that look like letters of ASCII. */
const homoglyphs: ReadonlyMap<string, string> = new Map(
  [...'аеорсухіјѕАВЕКМНОРСТХІЈЅοανΑΒΕΖΗΙΚΜΝΟΡΤΥΧ'].map((letter, index) => [
    letter,
    'aeopcyxijsABEKMHOPCTXIJSoavABEZHIKMNOPTYX'.charAt(index),
  ]),
);
