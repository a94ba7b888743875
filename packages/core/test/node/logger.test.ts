import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, parseEvent } from '../../src/index.ts';
import { jsonLine, lineLogger, readEnvironment } from '../../src/node/index.ts';
import { pythonJson, signedRequest, signedWebhook } from '../../src/testing/index.ts';

const hostile = 'a\n\u001b[2J\u009b\u2028\u2029\u007fb';

describe('a line of the logger', () => {
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
    ['a text', { event_type: hostile }],
  ])('is one line, and drives no terminal, with %s of the sender in it', (_, details) => {
    const text = written(() => lineLogger().error(details, hostile));
    expect(text.endsWith('\n')).toBe(true);
    expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(text).toContain('error ');
  });

  it('shows format and direction characters of logged values as escapes at any position', () => {
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

  it('has no colour where standard error is no terminal', () => {
    expect(written(() => lineLogger().info({ n: 1 }, 'counted'))).toBe('info  counted { n: 1 }\n');
    expect(written(() => lineLogger().debug({}, 'nothing'))).toBe('');
  });

  it.each([
    ['an error', { err: new Error('x'.repeat(1_000_000)) }],
    ['a text', { event_type: 'x'.repeat(1_000_000) }],
    ['several errors', { err: new AggregateError([new Error('x'.repeat(1_000_000))], 'failed') }],
  ])('is not a megabyte long because %s is', (_, details) => {
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

    it('has colours, if nobody asks for none', () => {
      expect(logged({ n: 1 })).toBe(`info  counted { n: ${esc}[33m1${esc}[39m }\n`);
      expect(logged({ n: 1 }, '1')).toBe('info  counted { n: 1 }\n');
    });

    it.each(['[2J', '[8m', '[7m', '[1A', ']0;title\u0007', 'c'])('has no %j of the sender', (code) => {
      const text = logged({ event_type: esc + code, err: new Error(`${esc}${code} of the sender`) });
      expect(text).not.toContain(esc + code);
      expect(text).toContain(`\\u001b${code.slice(0, 2)}`);
    });

    it('does not leave its colours to the line after one that is cut', () => {
      const text = logged({ text: Array.from({ length: 99 }, () => 'x'.repeat(500)) });
      expect(text.endsWith(`…${esc}[0m\n`)).toBe(true);
    });
  });
});

it('jsonLine writes well-formed JSON: half of a surrogate pair becomes U+FFFD, in values and in names', () => {
  const value = { 'n\ud83d': ['\udc80x', '\ud83d\ude00', 'a\\ud83d', '\ud83dabcd', '\ud800\ud800'] };
  expect(JSON.parse(jsonLine(value))).toEqual({
    'n\ufffd': ['\ufffdx', '\ud83d\ude00', 'a\\ud83d', '\ufffdabcd', '\ufffd\ufffd'],
  });
});

it('jsonLine writes ASCII in one line, and says the same', () => {
  const value = { handled: hostile, more: 'ä€😀' };
  expect(jsonLine(value)).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(jsonLine(value))).toEqual(value);
});

describe('the environment', () => {
  const env = { SPIDERFOOT_WEBHOOK_SECRET: 's3cret' };

  it.each(['SPIDERFOOT_ALLOWED_IPS', 'SPIDERFOOT_TRUSTED_PROXIES'])(
    'with a %s of commas is an error',
    (name) => {
      for (const value of [',', ' , ']) {
        const read = () => readEnvironment({ ...env, [name]: value });
        expect(read).toThrow(ConfigurationError);
        expect(read).toThrow(`"${name}"`);
      }
      expect(readEnvironment({ ...env, [name]: '' }).options).toEqual({ secret: 's3cret' });
    },
  );
});

describe('what the testing kit signs', () => {
  const secret = 'testing-s3cret';

  it('may be a notification, under the header of those', async () => {
    const { headers, body } = await signedWebhook('scan_failed', { secret, dialect: 'notification' });
    expect(headers['x-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(headers).not.toHaveProperty('x-spiderfoot-signature');
    expect(parseEvent(body)).toMatchObject({
      event: { event_type: 'scan_failed' },
      wire: { dialect: 'notification' },
    });
  });

  it('may be signed under another header', async () => {
    const signatureHeader = 'x-spiderfoot-signature-256';
    const { headers } = await signedWebhook('scan_failed', { secret, signatureHeader });
    expect(Object.keys(headers).filter((name) => name.includes('signature'))).toEqual([signatureHeader]);
  });

  it('may be of a type that no header can hold', async () => {
    const request = await signedRequest('тип', { secret });
    expect(request.headers.get('x-spiderfoot-event')).toBeNull();
    expect(parseEvent(await request.text())).toMatchObject({ event: { event_type: 'тип' } });
  });

  it.each([new Map(), new Date(0), /x/])('cannot be %o, which Python has nothing like', (value) => {
    expect(() => pythonJson({ value })).toThrow(TypeError);
  });
});
