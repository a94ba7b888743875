import { enclosed } from './placeholders.ts';

/** Yield the texts that replace a secret on a screen that hides it. */
export function* masks(secret: string): Generator<string, void, undefined> {
  for (const mark of ['*', '•', '●', '·', 'x', 'X', '#', '.', '-', '█']) {
    const longest = /[*•xX]/.test(mark) ? 64 : 16;
    for (let length = 1; length <= longest; length++) yield mark.repeat(length);
    for (const [head, tail] of [
      [4, 4],
      [0, 4],
      [4, 0],
      [3, 3],
      [2, 2],
      [6, 4],
    ] as const) {
      for (const width of [3, 4, 6, 8, 10, 12, 16, Math.max(0, secret.length - head - tail)]) {
        yield secret.slice(0, head) + mark.repeat(width) + (tail === 0 ? '' : secret.slice(-tail));
      }
    }
  }
  for (const word of [
    'redacted',
    'hidden',
    'masked',
    'removed',
    'filtered',
    'secret',
    'sensitive',
    'protected',
  ]) {
    for (const pair of ['', '<>', '[]', '()', '**', '{}']) {
      yield enclosed(word, pair);
      yield enclosed(word.toUpperCase(), pair);
      yield enclosed(word.charAt(0).toUpperCase() + word.slice(1), pair);
    }
    yield `***${word.toUpperCase()}***`;
    yield `<${word}>`;
  }
  for (let length = 3; length <= 12; length++) yield `${secret.slice(0, length)}…`;
  for (let length = 3; length <= 12; length++) yield `${secret.slice(0, length)}...`;
}
