import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxDepth, parseJson } from '../../src/data/json.ts';
import { decodeUtf8 as decodeOnNode } from '../../src/data/utf8.node.ts';
import { decodeUtf8 as decodeOnWeb } from '../../src/data/utf8.web.ts';

const parse = (text: string) => parseJson(Buffer.from(text));
const rejected = { status: 'rejected', code: 'invalid_json' };

describe('JSON', () => {
  it('comes out as JSON.parse has it, for any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(parse(text)).toEqual({ status: 'parsed', value: JSON.parse(text), text, nonFinite: 0 });
      }),
    );
  });

  it('never makes it throw, whatever the bytes', () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[]",:-+.0123456789eE NaInfitysulr\\\u00e9') });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), text.map(Buffer.from)), (bytes) => {
        expect(['parsed', 'rejected']).toContain(parseJson(bytes).status);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['nothing', ''],
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
    ['something behind it', '{"a":1} x'],
    ['two of them', '{"a":1}{"a":1}'],
    ['an unfinished one', '{"a":'],
    ['an unfinished string', '{"a":"NaN'],
    ['words that begin like NaN', '{"a":Nan}'],
    ['words that go on like NaN', '{"a":NaNs}'],
    ['minus NaN', '{"a":-NaN}'],
    ['plus Infinity', '{"a":+Infinity}'],
    ['NaN for a key', '{NaN:1}'],
  ])('is rejected where it is %s', (_, text) => {
    expect(parse(text)).toEqual(rejected);
  });

  it.each([
    ['escapes', '{"a":"\\u00e9\\n\\/\\ud83d\\ude00"}', 'é\n/😀'],
    ['a lone surrogate, escaped', '{"a":"\\ud800"}', '\ud800'],
    ['an exponent', '{"a":-1.5E+3}', -1500],
    ['more digits than a number holds', '{"a":9007199254740993}', 9007199254740992],
    ['the last of two equal keys', '{"a":1,"a":2}', 2],
    ['an empty key', '{"":1,"a":[]}', []],
  ])('is taken with %s', (_, text, value) => {
    expect(parse(text)).toMatchObject({ status: 'parsed', value: { a: value } });
  });
});

describe("Python's JSON", () => {
  it('has NaN and the infinities, which become null and are counted', () => {
    expect(parse('{"a": NaN, "b": [Infinity, -Infinity, -1], "c": {"d":NaN}}')).toMatchObject({
      value: { a: null, b: [null, null, -1], c: { d: null } },
      nonFinite: 4,
    });
  });

  it('keeps the text as it came', () => {
    expect(parse('{"a": NaN}')).toMatchObject({ text: '{"a": NaN}' });
  });

  it('may say NaN inside of strings and keys, which stay as they are', () => {
    expect(parse('{"NaN": NaN, "a": "-Infinity \\" NaN", "b": "\\\\"}')).toMatchObject({
      value: { NaN: null, a: '-Infinity " NaN', b: '\\' },
      nonFinite: 1,
    });
  });

  it('is read whatever strings stand around its NaN', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 5 }), (before, after, count) => {
        const list = Array.from({ length: count }, () => '-Infinity').join(', ');
        const text = `{${JSON.stringify(`k${before}`)}: ${JSON.stringify(before)}, "n": [${list}], "z": ${JSON.stringify(after)}}`;
        expect(parse(text)).toEqual({
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
])('text of the %s build', (_, decode) => {
  it('is UTF-8, without its byte order mark', () => {
    expect(decode(Buffer.from('\ufeff{"a":"é😀"}'))).toBe('{"a":"é😀"}');
    expect(decode(Buffer.from('plain'))).toBe('plain');
    expect(decode(new Uint8Array())).toBe('');
  });

  it('is none where the bytes are no UTF-8', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x61, 0x80]]) {
      expect(decode(Uint8Array.from(bytes))).toBeUndefined();
    }
  });

  it('is what was written, for any text, and from the middle of a buffer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const around = Buffer.from(`<<${text}>>`);
        expect(decode(around.subarray(2, around.byteLength - 2))).toBe(text);
      }),
    );
  });
});

describe('hostile JSON', () => {
  const nested = (levels: number, open: string, close: string, core = '') =>
    open.repeat(levels) + core + close.repeat(levels);

  it(`is rejected past ${maxDepth} levels, and taken up to them`, () => {
    for (const [open, close, core] of [
      ['[', ']', ''],
      ['{"a":', '}', '1'],
    ] as const) {
      const inner = (levels: number) => `{"x": ${nested(levels - 1, open, close, core)}}`;
      expect(parse(inner(maxDepth))).toMatchObject({ status: 'parsed' });
      expect(parse(inner(maxDepth + 1))).toEqual(rejected);
    }
  });

  it('is found too deep wherever the depth is hidden', () => {
    const deep = nested(maxDepth, '[', ']');
    expect(parse(`{"a": [1, {"b": 2}], "c": {"d": [null, "x", ${deep}]}}`)).toEqual(rejected);
  });

  it('has the documented limit', () => {
    expect(maxDepth).toBe(1000);
  });

  it(`accepts ${maxDepth} levels in a wide body and rejects one more`, () => {
    const wide = `[${Array.from({ length: maxDepth }, () => '{}').join(',')}]`;
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const body = (levels: number) => `{"wide": ${wide}, "x": ${nested(levels - 1, open, close, '1')}}`;
      expect(parse(body(maxDepth))).toMatchObject({ status: 'parsed' });
      expect(parse(body(maxDepth + 1))).toEqual(rejected);
    }
  });

  it('does not overflow the stack', () => {
    expect(parse(`{"x": ${nested(100_000, '[', ']')}}`)).toEqual(rejected);
    expect(parse(`{"x": ${nested(100_000, '[', '')}`)).toEqual(rejected);
    expect(parse(`{"x": ${nested(100_000, '{"a":', '}', 'NaN')}}`)).toEqual(rejected);
  });

  it('pollutes no prototype', () => {
    const parsed = parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
    if (parsed.status !== 'parsed') throw new Error(parsed.code);
    expect(Object.keys(parsed.value)).toEqual(['__proto__', 'constructor']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get(Object.getPrototypeOf(parsed.value), 'polluted')).toBeUndefined();
  });
});
