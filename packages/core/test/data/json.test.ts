import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxDepth, parseJson } from '../../src/data/json.ts';
import { decodeUtf8 as decodeOnNode } from '../../src/data/utf8.node.ts';
import { decodeUtf8 as decodeOnWeb } from '../../src/data/utf8.web.ts';

const parseText = (text: string) => parseJson(Buffer.from(text));
const rejected = { status: 'rejected', code: 'invalid_json' };

describe('parseJson()', () => {
  it('returns the same value as JSON.parse() for any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(parseText(text)).toEqual({ status: 'parsed', value: JSON.parse(text), text, nonFinite: 0 });
      }),
    );
  });

  it('does not throw for any bytes', () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[]",:-+.0123456789eE NaInfitysulr\\\u00e9') });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), text.map(Buffer.from)), (bytes) => {
        expect(['parsed', 'rejected']).toContain(parseJson(bytes).status);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['an empty text', ''],
    ['white space', ' \n'],
    ['null', 'null'],
    ['an array', '[{"event_type":"scan_started"}]'],
    ['a string', '"event_type"'],
    ['a number', '1'],
    ['bare NaN', 'NaN'],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{"a":1/**/}'],
    ['single quotes', "{'a':1}"],
    ['a key without quotes', '{a:1}'],
    ['a leading zero', '{"a":01}'],
    ['a plus sign', '{"a":+1}'],
    ['a bare point', '{"a":.5}'],
    ['hex', '{"a":0x1}'],
    ['a tab inside of a string', '{"a":"\t"}'],
    ['an unknown escape', '{"a":"\\x41"}'],
    ['text after the object', '{"a":1} x'],
    ['two objects', '{"a":1}{"a":1}'],
    ['an unfinished object', '{"a":'],
    ['an unfinished string', '{"a":"NaN'],
    ['a word that begins like NaN', '{"a":Nan}'],
    ['a word that begins with NaN', '{"a":NaNs}'],
    ['minus NaN', '{"a":-NaN}'],
    ['plus Infinity', '{"a":+Infinity}'],
    ['NaN as a key', '{NaN:1}'],
  ])('rejects %s', (_, text) => {
    expect(parseText(text)).toEqual(rejected);
  });

  it.each([
    ['escapes', '{"a":"\\u00e9\\n\\/\\ud83d\\ude00"}', 'é\n/😀'],
    ['a lone surrogate, escaped', '{"a":"\\ud800"}', '\ud800'],
    ['an exponent', '{"a":-1.5E+3}', -1500],
    ['more digits than a number holds', '{"a":9007199254740993}', 9007199254740992],
    ['the last of two equal keys', '{"a":1,"a":2}', 2],
    ['an empty key', '{"":1,"a":[]}', []],
  ])('accepts %s', (_, text, value) => {
    expect(parseText(text)).toMatchObject({ status: 'parsed', value: { a: value } });
  });
});

describe('parseJson() of JSON from Python', () => {
  it('replaces NaN and the infinities by null, and counts them', () => {
    expect(parseText('{"a": NaN, "b": [Infinity, -Infinity, -1], "c": {"d":NaN}}')).toMatchObject({
      value: { a: null, b: [null, null, -1], c: { d: null } },
      nonFinite: 4,
    });
  });

  it('returns the text unchanged', () => {
    expect(parseText('{"a": NaN}')).toMatchObject({ text: '{"a": NaN}' });
  });

  it('does not change NaN in strings and keys', () => {
    expect(parseText('{"NaN": NaN, "a": "-Infinity \\" NaN", "b": "\\\\"}')).toMatchObject({
      value: { NaN: null, a: '-Infinity " NaN', b: '\\' },
      nonFinite: 1,
    });
  });

  it('replaces -Infinity between any strings', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 5 }), (before, after, count) => {
        const list = Array.from({ length: count }, () => '-Infinity').join(', ');
        const text = `{${JSON.stringify(`k${before}`)}: ${JSON.stringify(before)}, "n": [${list}], "z": ${JSON.stringify(after)}}`;
        expect(parseText(text)).toEqual({
          status: 'parsed',
          value: { [`k${before}`]: before, n: Array.from({ length: count }, () => null), z: after },
          text,
          nonFinite: count,
        });
      }),
    );
  });
});

describe.each([
  ['node', decodeOnNode],
  ['web', decodeOnWeb],
])('decodeUtf8() of the %s build', (_, decode) => {
  it('decodes UTF-8 and removes a byte order mark', () => {
    expect(decode(Buffer.from('\ufeff{"a":"é😀"}'))).toBe('{"a":"é😀"}');
    expect(decode(Buffer.from('plain'))).toBe('plain');
    expect(decode(new Uint8Array())).toBe('');
  });

  it('returns undefined if the bytes are not UTF-8', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x61, 0x80]]) {
      expect(decode(Uint8Array.from(bytes))).toBeUndefined();
    }
  });

  it('decodes any text, even from the middle of a buffer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const buffer = Buffer.from(`<<${text}>>`);
        expect(decode(buffer.subarray(2, buffer.byteLength - 2))).toBe(text);
      }),
    );
  });
});

describe('parseJson() of hostile JSON', () => {
  const nested = (levels: number, open: string, close: string, core = '') =>
    open.repeat(levels) + core + close.repeat(levels);

  it(`accepts ${maxDepth} levels and rejects one more`, () => {
    for (const [open, close, core] of [
      ['[', ']', ''],
      ['{"a":', '}', '1'],
    ] as const) {
      const body = (levels: number) => `{"x": ${nested(levels - 1, open, close, core)}}`;
      expect(parseText(body(maxDepth))).toMatchObject({ status: 'parsed' });
      expect(parseText(body(maxDepth + 1))).toEqual(rejected);
    }
  });

  it('rejects too many levels after shallow values', () => {
    const deep = nested(maxDepth, '[', ']');
    expect(parseText(`{"a": [1, {"b": 2}], "c": {"d": [null, "x", ${deep}]}}`)).toEqual(rejected);
  });

  it('accepts at most 1000 levels', () => {
    expect(maxDepth).toBe(1000);
  });

  it(`accepts ${maxDepth} levels in a wide body and rejects one more`, () => {
    const wide = `[${Array.from({ length: maxDepth }, () => '{}').join(',')}]`;
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const body = (levels: number) => `{"wide": ${wide}, "x": ${nested(levels - 1, open, close, '1')}}`;
      expect(parseText(body(maxDepth))).toMatchObject({ status: 'parsed' });
      expect(parseText(body(maxDepth + 1))).toEqual(rejected);
    }
  });

  it('does not overflow the stack', () => {
    expect(parseText(`{"x": ${nested(100_000, '[', ']')}}`)).toEqual(rejected);
    expect(parseText(`{"x": ${nested(100_000, '[', '')}`)).toEqual(rejected);
    expect(parseText(`{"x": ${nested(100_000, '{"a":', '}', 'NaN')}}`)).toEqual(rejected);
  });

  it('does not pollute a prototype', () => {
    const parsed = parseText('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
    if (parsed.status !== 'parsed') throw new Error(parsed.code);
    expect(Object.keys(parsed.value)).toEqual(['__proto__', 'constructor']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get(Object.getPrototypeOf(parsed.value), 'polluted')).toBeUndefined();
  });
});
