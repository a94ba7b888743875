import { afterEach, describe, expect, it, vi } from 'vitest';
import { jsonLine, lineLogger } from '../../src/node/index.ts';

const hostile = 'a\n\u001b[2J\u009b\u2028\u2029\u007fb';

describe('a line of lineLogger()', () => {
  /** Return the text that a function writes to standard error. */
  function written(log: () => void): string {
    let text = '';
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    log();
    write.mockRestore();
    return text;
  }

  it.each([
    ['an error', { err: new Error(hostile) }],
    ['a string', { event_type: hostile }],
  ])('writes one line without control characters when the sender forges %s', (_, details) => {
    const text = written(() => lineLogger().error(details, hostile));
    expect(text.endsWith('\n')).toBe(true);
    expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(text).toContain('error ');
  });

  it('escapes format and direction characters of logged values at any position', () => {
    const characters = [
      '\u202e',
      '\u202a',
      '\u2066',
      '\u2069',
      '\u200e',
      '\u200f',
      '\u061c',
      '\u200b',
      '\ufeff',
      '\u{e0041}',
    ];
    for (const character of characters) {
      const escaped = `\\u${character.length > 1 ? '{e0041}' : character.charCodeAt(0).toString(16).padStart(4, '0')}`;
      const text = `a${character}b`;
      const err = Object.assign(new Error(text, { cause: new Error(text) }), { [text]: text });
      const line = written(() => lineLogger().warn({ [text]: text, nested: [{ text }], err }, text));
      expect(line).not.toContain(character);
      expect(line.split(`a${escaped}b`).length, escaped).toBeGreaterThanOrEqual(8);
    }
  });

  it('keeps words in any script unchanged', () => {
    const words = 'bücher 漢字 שלום क्‍ष 👩‍💻';
    expect(written(() => lineLogger().info({ words }, words))).toBe(`info  ${words} { words: '${words}' }\n`);
  });

  it('writes no colors if standard error is not a terminal', () => {
    expect(written(() => lineLogger().info({ n: 1 }, 'counted'))).toBe('info  counted { n: 1 }\n');
    expect(written(() => lineLogger().debug({}, 'nothing'))).toBe('');
  });

  it.each([
    ['an error', { err: new Error('x'.repeat(1_000_000)) }],
    ['a string', { event_type: 'x'.repeat(1_000_000) }],
    ['several errors', { err: new AggregateError([new Error('x'.repeat(1_000_000))], 'failed') }],
  ])('cuts a line if %s is one megabyte long', (_, details) => {
    const text = written(() => lineLogger().error(details, 'failed'));
    expect(text.length).toBeLessThan(25_000);
    expect(text.indexOf('\n')).toBe(text.length - 1);
  });

  describe('on a terminal', () => {
    const { isTTY } = process.stderr;
    const esc = String.fromCharCode(27);
    const logged = (details: object, noColor = '') => {
      vi.stubEnv('NO_COLOR', noColor);
      Object.assign(process.stderr, { isTTY: true });
      return written(() => lineLogger().info(details, 'counted'));
    };
    afterEach(() => {
      Object.assign(process.stderr, { isTTY });
      vi.unstubAllEnvs();
    });

    it('writes colors on a terminal unless NO_COLOR is set', () => {
      expect(logged({ n: 1 })).toBe(`info  counted { n: ${esc}[33m1${esc}[39m }\n`);
      expect(logged({ n: 1 }, '1')).toBe('info  counted { n: 1 }\n');
    });

    it.each(['[2J', '[8m', '[7m', '[1A', ']0;title\u0007', 'c'])(
      'escapes the sequence %j of the sender on a terminal',
      (code) => {
        const text = logged({ event_type: esc + code, err: new Error(`${esc}${code} of the sender`) });
        expect(text).not.toContain(esc + code);
        expect(text).toContain(`\\u001b${code.slice(0, 2)}`);
      },
    );

    it('resets the colors of a line that is cut', () => {
      const text = logged({ text: Array.from({ length: 99 }, () => 'x'.repeat(500)) });
      expect(text.endsWith(`…${esc}[0m\n`)).toBe(true);
    });
  });
});

it('jsonLine() replaces a lone surrogate by U+FFFD in values and in names', () => {
  const value = { 'n\ud83d': ['\udc80x', '\ud83d\ude00', 'a\\ud83d', '\ud83dabcd', '\ud800\ud800'] };
  expect(JSON.parse(jsonLine(value))).toEqual({
    'n\ufffd': ['\ufffdx', '\ud83d\ude00', 'a\\ud83d', '\ufffdabcd', '\ufffd\ufffd'],
  });
});

it('jsonLine() writes one line of ASCII that parses to the same value', () => {
  const value = { handled: hostile, more: 'ä€😀' };
  expect(jsonLine(value)).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(jsonLine(value))).toEqual(value);
});
