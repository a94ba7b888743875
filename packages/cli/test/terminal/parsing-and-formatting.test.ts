import { createSecretSearch, isLoopback } from '@spiderfoot-webhooks/core/adapter';
import { describe, expect, it } from 'vitest';
import { looksLikeUrl, parseUrl } from '../../src/arguments/option-values.ts';
import { parseRate } from '../../src/listen/endpoints/rate-limit.ts';
import { maskedHeaders } from '../../src/listen/report/mask-headers.ts';
import { bodyText } from '../../src/log/delivery-details.ts';
import { barLines, bucketFor, timeBars } from '../../src/terminal/bar-chart.ts';
import { invocation } from '../../src/terminal/invocation.ts';
import { tableLines } from '../../src/terminal/table.ts';
import { wrapped } from '../../src/terminal/text.ts';
import { parseTime } from '../../src/time/time-values.ts';

describe('parseTime', () => {
  const now = Date.UTC(2026, 0, 31, 12);

  it.each([
    ['90s', now - 90_000],
    ['15m', now - 900_000],
    ['2h', now - 7_200_000],
    ['7d', now - 604_800_000],
    ['4w', now - 2_419_200_000],
    ['2026-01-31T12:00:00Z', now],
    ['2026-01-31 13:00+01:00', now],
    ['2026-01-31', new Date(2026, 0, 31).getTime()],
    ['2026-01-31T08:30', new Date(2026, 0, 31, 8, 30).getTime()],
  ])('parses the time %s', (text, time) => {
    expect(parseTime(text, now)?.getTime()).toBe(time);
  });

  it.each(['', 'yesterday', '2', '2y', '-1h', '2026-13-01', '31.1.2026', '2026-01-31T25:00', '999999999w'])(
    'rejects the time %j',
    (text) => {
      expect(parseTime(text, now)).toBeUndefined();
    },
  );
});

describe('parseUrl', () => {
  it.each([
    ['localhost:3000/webhook', 'http://localhost:3000/webhook'],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080/'],
    ['[::1]:3000/a', 'http://[::1]:3000/a'],
    ['hooks.example.com/webhook', 'https://hooks.example.com/webhook'],
    ['127.0.0.1.example.com', 'https://127.0.0.1.example.com/'],
    ['receiver:3000/webhook', 'https://receiver:3000/webhook'],
    ['HTTP://example.com/A', 'http://example.com/A'],
  ])('parses the URL %s', (text, url) => {
    expect(parseUrl(text)).toBe(url);
  });

  it.each(['', 'webhook', '/webhook', 'ftp://example.com', 'mailto:a@example.com', 'localhost:99999'])(
    'rejects the URL %j',
    (text) => {
      expect(() => parseUrl(text)).toThrow('must be a URL');
    },
  );

  it('recognizes a URL in place of an event type', () => {
    const texts = ['localhost:3000/x', 'http://a.example', 'scan.completed', 'own-type', 'all', 'localhost'];
    expect(texts.filter(looksLikeUrl)).toEqual(['localhost:3000/x', 'http://a.example']);
  });
});

describe('parseRate', () => {
  it.each([
    ['100/m', { points: 100, duration: 60 }],
    ['10/s', { points: 10, duration: 1 }],
    ['500/15m', { points: 500, duration: 900 }],
    ['1/7d', { points: 1, duration: 604_800 }],
  ])('parses the rate %s', (text, rate) => {
    expect(parseRate(text)).toEqual(rate);
  });

  it.each(['', '100', '0/m', '1/0s', '1/8d', '1.5/m', '100/w', '100/m x'])('rejects the rate %j', (text) => {
    expect(parseRate(text)).toBeUndefined();
  });
});

describe('maskedHeaders', () => {
  const secret = 'hush?hush>hush';
  const search = createSecretSearch([secret]);
  const shown = (...rawHeaders: string[]) => maskedHeaders({ rawHeaders }, search);

  it('masks secret headers, and keeps the order and case of headers', () => {
    const digest = 'AB'.repeat(32);
    expect(
      shown(
        'Host',
        'x',
        'Authorization',
        'Basic eA==',
        'X-Spiderfoot-Signature',
        `sha256=${digest}`,
        'x-b',
        '1',
        'x-b',
        '2',
      ),
    ).toEqual([
      ['Host', 'x'],
      ['Authorization', '***'],
      ['X-Spiderfoot-Signature', `sha256=${'AB'.repeat(16)}…`],
      ['x-b', '1'],
      ['x-b', '2'],
    ]);
  });

  it.each([
    'Cookie',
    'Proxy-Authorization',
    'X-Api-Key',
    'apikey',
    'X-Auth-Token',
    'X-Secret',
    'X-Session-Id',
    'x-hub-signature',
  ])('masks the header %s', (name) => {
    expect(shown(name, 'let-me-in')).toEqual([[name, '***']]);
  });

  it.each([
    secret,
    secret.toUpperCase(),
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('hex').toUpperCase(),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(`a:${secret}`).toString('base64'),
    Buffer.from(`${secret} and more`).toString('base64'),
  ])('masks a header with a harmless name if it contains the secret: %s', (form) => {
    expect(shown('X-Note', `see ${form}`)).toEqual([['X-Note', '***']]);
    expect(shown(`X-${form}`, '1')).toEqual([['***', '***']]);
  });

  it('shows a header that contains only a part of the secret', () => {
    expect(shown('X-Note', secret.slice(1))).toEqual([['X-Note', secret.slice(1)]]);
  });
});

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['[::1]', true],
    ['::ffff:127.0.0.1', true],
    ['localhost', true],
    ['10.0.0.1', false],
    ['127.0.0.1.example.com', false],
    ['1127.0.0.1', false],
    ['', false],
  ])('classifies the address %j as loopback: %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});

describe('bar charts', () => {
  it('a bar chart over time has at most 24 bars, each for a usual length of time', () => {
    const hour = 3_600_000;
    expect(bucketFor(60_000)).toBe(60_000);
    expect(bucketFor(24 * hour)).toBe(hour);
    expect(bucketFor(25 * hour)).toBe(3 * hour);
    expect(bucketFor(30 * 24 * hour)).toBe(7 * 24 * hour);
    for (let span = 1; span < 1e13; span *= 3) expect(span / bucketFor(span)).toBeLessThanOrEqual(24);
  });

  it('a bar chart over time shows gaps, and combines finer counts', () => {
    const counts = [
      { time: 0, count: 1 },
      { time: 60_000, count: 2 },
      { time: 900_000, count: 4 },
    ];
    expect(timeBars(counts, 300_000).map(({ count }) => count)).toEqual([3, 0, 0, 4]);
    expect(timeBars([], 300_000)).toEqual([]);
  });

  it('a bar chart draws bars to scale, with a visible bar for 1 of 1,000,000 and none for 0', () => {
    const bars = [1_000_000, 500_000, 1, 0].map((count) => ({ label: 'x', count }));
    const lines = barLines(bars, 32);
    const lengths = lines.map((line) => line.replace(/[^█]/g, '').length);
    expect(lengths).toEqual([20, 10, 0, 0]);
    expect(lines[2]).toContain('▏');
    expect(lines[3]).toBe(`x${' '.repeat(24)}      0`);
  });
});

describe('bodyText', () => {
  it('indents a JSON body, and escapes any other body', () => {
    expect(bodyText(Buffer.from('{"a":[1]}'))).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(bodyText(Buffer.from('{"a":NaN,\u001b}'))).toBe('{"a":NaN,\\u001b}');
  });

  it.each([60, 200_000])(
    'does not indent a body with %i levels, because the result could fill the memory',
    (levels) => {
      const text = `${'['.repeat(levels)}1,2${']'.repeat(levels)}`;
      expect(bodyText(Buffer.from(text))).toBe(text);
    },
  );
});

describe('tables', () => {
  const columns = [
    { title: 'name', text: ({ name }: { name: string }) => name, most: 6, least: 4, rank: 2 },
    { title: 'more', text: ({ name }: { name: string }) => name, least: 4, rank: 1 },
    { title: 'end', text: () => 'ok' },
  ];
  const unpainted = (text: string) => text;
  const table = (name: string, width: number) => tableLines(columns, [{ name }], width, unpainted);

  it('a table is as wide as its texts', () => {
    expect(table('abc', 80)).toEqual(['name  more  end', 'abc   abc   ok']);
    expect(table('abcdefghij', 80)).toEqual(['name        more        end', 'abcdefghij  abcdefghij  ok']);
    expect(table('例例例例', 80)[1]).toBe('例例例例  例例例例  ok');
  });

  it('a table cuts texts, then leaves out the least important columns, but never a column without a rank', () => {
    expect(table('abcdefghijklmnopqrst', 21)[1]).toBe('abcde…  abcdefg…  ok');
    expect(table('abcdefghijklmnopqrst', 16)[1]).toBe('abcd…  abc…  ok');
    expect(table('abcdefghij', 12)[1]).toBe('abcdef…  ok');
    expect(table('abcdefghij', 8)).toEqual(['end', 'ok']);
    expect(table('abcdefghij', 1)).toEqual(['end', 'ok']);
  });
});

describe('the least important column of a table', () => {
  const columns = [
    { title: 'no.', text: () => '1' },
    { title: 'target', text: () => 'example.com', least: 8, rank: 2 },
    { title: 'scan', text: ({ scan }: { scan: string }) => scan, least: 8, rank: 1 },
  ];
  const widest = (scan: string, width: number) => tableLines(columns, [{ scan }], width, (text) => text)[1];

  it('the least important column is left out instead of cut if all other columns then fit', () => {
    expect(widest('scan_12345', 28)).toBe('1    example.com  scan_12345');
    expect(widest('scan_12345', 27)).toBe('1    example.com');
    expect(widest('scan_12345', 16)).toBe('1    example.com');
  });

  it('the least important column takes no space if it has no text', () => {
    expect(tableLines(columns, [{ scan: '' }], 80, (text) => text)[0]).toBe('no.  target');
  });
});

describe('wrapped', () => {
  it('breaks a sentence between words', () => {
    expect(wrapped('one two three four five six', 20)).toEqual(['one two three four', 'five six']);
    expect(wrapped(`a ${'b'.repeat(30)} c`, 20)).toEqual(['a', 'b'.repeat(30), 'c']);
    expect(wrapped('', 20)).toEqual([]);
    expect(wrapped('one two', Number.POSITIVE_INFINITY)).toEqual(['one two']);
  });
});

describe('invocation', () => {
  it.each([
    ['spiderfoot-webhooks', '/usr/bin/spiderfoot-webhooks', {}],
    ['npx spiderfoot-webhooks', '/app/node_modules/.bin/spiderfoot-webhooks', { npm_command: 'exec' }],
    [
      'npm run -s webhooks --',
      '/app/packages/cli/dist/main.js',
      { npm_lifecycle_event: 'start', npm_package_name: 'spiderfoot-webhooks' },
    ],
    [
      'npm run -s webhooks --',
      '/app/node_modules/@spiderfoot-webhooks/cli/dist/main.js',
      { npm_lifecycle_event: 'webhooks', npm_package_name: 'my-receiver' },
    ],
    [
      'node packages/cli/dist/main.js',
      '/app/packages/cli/dist/main.js',
      { npm_lifecycle_event: 'start', npm_package_name: 'my-receiver' },
    ],
    ["node '../my kit/main.js'", '/my kit/main.js', {}],
    ["node '../it'\\''s/main.js'", "/it's/main.js", {}],
  ])('returns the command line %s', (line, program, env) => {
    expect(invocation(['node', program], env, '/app')).toBe(line);
  });
});
