import { createHash, createHmac, randomBytes } from 'node:crypto';
import { diagnose } from '@spiderfoot-webhooks/diagnose';
import { expect, it } from 'vitest';
import { gridStyles } from '../src/json/style-grid.ts';
import { lineMistakes } from '../src/mistakes/line-mistakes.ts';
import { unlikelySecretGuesses } from '../src/search/guesses.ts';
import { likeliestFirst } from '../src/search/likeliest-first.ts';
import { readSignature } from '../src/signature/read-signature.ts';
import { shortHash, shortHmac } from '../src/signature/short-digests.ts';
import { withoutMarks } from '../src/text/copied-text.ts';

const wrong = `sha256=${'0123456789abcdef'.repeat(4)}`;

it('shortHmac computes the same as createHmac, or leaves a long key or message to it', () => {
  for (const algorithm of ['sha256', 'sha1', 'md5', 'sha224', 'sha384', 'sha512']) {
    for (const [keyLength, length] of [
      [0, 0],
      [5, 300],
      [64, 8192],
    ] as const) {
      const [key, message] = [randomBytes(keyLength), randomBytes(length)];
      const expected = createHmac(algorithm, key).update('v0:').update(message).digest('hex');
      const short = shortHmac(algorithm, key, ['v0:', message]);
      expect(short?.toString('hex')).toBe(length === 8192 ? undefined : expected);
    }
  }
  expect(shortHmac('sha256', randomBytes(65), ['x'])).toBeUndefined();
});

it('shortHash computes the same as createHash, or leaves a long message to it', () => {
  for (const algorithm of ['sha256', 'md5', 'sha3-256', 'blake2b512']) {
    const parts = ['schlüssel:', randomBytes(300)];
    const expected = createHash(algorithm)
      .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
      .digest();
    expect(shortHash(algorithm, parts)).toEqual(expected);
    expect(shortHash(algorithm, [randomBytes(8192), 'x'])).toBeUndefined();
  }
});

it('64 hex digits are read as hex only, because another algorithm would double the time of a diagnosis', () => {
  const readings = readSignature(wrong);
  expect(new Set(readings.map(({ hex }) => hex.length))).toEqual(new Set([64]));
});

it('likeliestFirst yields each combination once, and those of common items first', () => {
  const all = [...likeliestFirst([3, 2, 2], 100)].map(String);
  expect(all[0]).toBe('0,0,0');
  expect(new Set(all).size).toBe(12);
  expect(all.slice(-2)).toEqual(['1,1,1', '2,1,1']);
  expect([...likeliestFirst([3, 2, 2], 5)]).toHaveLength(5);
});

it('the number of unlikely secrets and of styles of JSON is limited', () => {
  expect([...unlikelySecretGuesses('x'.repeat(32))].length).toBeLessThan(8000);
  const json = { sa: 'né/<&', sb: 'n1.0', sc: {}, sd: [], s1: 'sé/<"&' };
  expect([...gridStyles(json)].length).toBeLessThanOrEqual(2400);
});

it('a large body ends the search early, and the conclusion names the wrong steps too', () => {
  const body = Buffer.from(`{"event_type": "x", "text": "${'é'.repeat(1_500_000)}`);
  const { mistakes, conclusion } = diagnose({ secret: 's3cret', body, signature: wrong });
  expect({ mistakes, kind: conclusion.kind, marked: conclusion.marked }).toEqual({
    mistakes: undefined,
    kind: 'unfinished',
    marked: ['JSON'],
  });
});

// The timeout of the test is the limit: a pattern that is quadratic in the length would need much longer.
it('the time for a body that any client can send is not quadratic in its length', () => {
  const length = 150_000;
  const longTag = `<${'a'.repeat(length)}>${'<'.repeat(length)}`;
  for (const text of [`{${' '.repeat(length)}}`, `{${'\u2028'.repeat(length)}}`, longTag]) {
    expect([...withoutMarks(text)].length).toBeLessThan(30);
  }
  const text = `${'\r'.repeat(length)}x\n`;
  const added = lineMistakes.find(({ name }) => name === 'newline-added');
  const forms = { text, bytes: Buffer.from(text), json: undefined };
  expect([...(added?.candidates(forms) ?? [])]).toHaveLength(3);
});

it('the text without its last line breaks is a candidate', () => {
  const text = '{}\r\n\r\n';
  const added = lineMistakes.find(({ name }) => name === 'newline-added');
  expect([...(added?.candidates({ text, bytes: Buffer.from(text), json: undefined }) ?? [])]).toContain('{}');
});
