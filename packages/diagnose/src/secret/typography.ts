import { withoutTypography } from '../text/literals.ts';

const invisible = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u200e',
  '\u200f',
  '\u00a0',
  '\u202f',
  '\u2009',
];

/** Yield a secret as word processors, chats and web pages write it, and as it was before. */
export function* typographicForms(secret: string): Generator<string, void, undefined> {
  const plain = withoutTypography(secret);
  yield plain;
  yield plain.trim();
  yield secret.normalize('NFKC');
  yield secret.normalize('NFKC').trim();
  for (const mark of invisible) {
    yield* [`${secret}${mark}`, `${mark}${secret}`, `${mark}${secret}${mark}`];
    if (secret.includes(' ')) yield secret.replaceAll(' ', mark);
    if (secret.includes('-')) yield secret.replaceAll('-', `-${mark}`);
    yield secret.replaceAll(mark, '');
    yield secret.replaceAll(mark, ' ');
  }
  // An invisible character in the middle, where a line was wrapped.
  if (secret.length <= 128) {
    for (let at = 1; at < secret.length; at++) {
      for (const mark of invisible.slice(0, 6)) yield secret.slice(0, at) + mark + secret.slice(at);
    }
  }
  const dashes = ['\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212'];
  for (const dash of dashes) {
    yield secret.replaceAll('-', dash);
    yield secret.replaceAll('--', dash);
  }
  yield secret.replaceAll('...', '\u2026');
  yield* replacedTogether(secret, dashes);
  for (const [open, close] of ['“”', '„“', '””', '«»']) {
    let isOpen = false;
    yield secret.replaceAll('"', () => {
      isOpen = !isOpen;
      return (isOpen ? open : close) ?? '';
    });
    yield `${open}${secret}${close}`;
  }
  for (const quote of ['\u2018', '\u2019', '\u00b4', '\u2032']) yield secret.replaceAll("'", quote);
  yield `\u2018${secret}\u2019`;
  yield secret.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

/** Yield a secret whose quotes and dashes were all replaced, as word processors and phones do. */
function* replacedTogether(secret: string, dashes: readonly string[]): Generator<string, void, undefined> {
  for (const [open = '', close = ''] of ['“”', '„“', '””', '«»']) {
    // A quote after a letter or a digit closes.
    const double = secret.replaceAll(/"/g, (_, at: number) =>
      /[\p{L}\p{N}.!?]$/u.test(secret.slice(0, at)) ? close : open,
    );
    const single = double.replaceAll("'", '\u2019');
    const directed = double.replaceAll(/'/g, (_, at: number) =>
      /[\p{L}\p{N}.!?]$/u.test(double.slice(0, at)) ? '\u2019' : '\u2018',
    );
    for (const text of new Set(
      [single, directed].flatMap((each) => [each, each.replaceAll('...', '\u2026')]),
    )) {
      yield text;
      for (const dash of dashes) yield* [text.replaceAll('--', dash), ...withDashes(text, dash)];
    }
  }
}

/**
 * If a secret has at most this number of dashes, each subset of them is replaced. Programs replace a dash only in some
 * places.
 */
const mostDashes = 3;

function withDashes(text: string, dash: string): readonly string[] {
  const parts = text.split('-');
  if (parts.length - 1 > mostDashes) return [text.replaceAll('-', dash)];
  const subsets = Array.from({ length: 2 ** (parts.length - 1) }, (_, subset) => subset);
  return subsets
    .reverse()
    .map((subset) => parts.reduce((all, part, at) => all + ((subset >> (at - 1)) & 1 ? dash : '-') + part));
}
