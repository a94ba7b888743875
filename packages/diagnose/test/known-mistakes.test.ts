import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { diagnose } from '@spiderfoot-webhooks/diagnose';
import { describe, expect, it } from 'vitest';
import { knownNames } from './mistakes/known-names.ts';
import { recordedMistakes } from './mistakes/recorded-mistakes.ts';

/** A line of the programs in `mistakes`. */
interface Row {
  readonly mistakes: readonly string[];
  /** The body in base64. */
  readonly body: string;
  readonly signature: string;
  readonly secret: string;
  readonly previous?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

const programs = [
  { language: 'Python', command: 'python3', file: 'mistakes.py' },
  { language: 'JavaScript', command: process.execPath, file: 'mistakes.mjs' },
  { language: 'a shell', command: 'bash', file: 'mistakes.sh' },
];

async function rowsOf({ command, file }: (typeof programs)[number]): Promise<readonly Row[]> {
  const path = fileURLToPath(new URL(`./mistakes/${file}`, import.meta.url));
  const { stdout } = await promisify(execFile)(command, [path]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe.each(programs)('mistakes made in $language', (program) => {
  it('diagnose names a mistake with a fix, and without the secret or the expected signature', async () => {
    const rows = await rowsOf(program);
    expect(rows.length).toBeGreaterThan(10);
    for (const { body, signature, secret, previous = [], headers = {}, ...row } of rows) {
      const { genuine, mistakes, conclusion, steps, expected } = diagnose({
        body: Buffer.from(body, 'base64'),
        signature,
        secret,
        previousSecrets: previous,
        otherHeaders: headers,
      });
      expect.soft({ genuine, names: mistakes?.map(({ name }) => name) }).toEqual({
        genuine: false,
        names: expect.arrayContaining([...row.mistakes]),
      });
      expect.soft(mistakes).toHaveLength(row.mistakes.length);
      const fixes = mistakes?.map(({ fix }) => fix).join(' ') ?? '';
      expect(fixes.length).toBeGreaterThan(40);
      const texts = JSON.stringify({ mistakes, conclusion, steps });
      expect(texts).not.toContain(secret);
      expect(texts).not.toContain(expected);
    }
  }, 300_000);
});

describe('the table of mistakes', () => {
  it('at least one of the programs makes each known mistake', async () => {
    const made = (await Promise.all(programs.map(rowsOf))).flat();
    const covered = new Set([...made, ...recordedMistakes].flatMap(({ mistakes }) => mistakes));
    // A member is written in the styles of the whole body, which the other names cover.
    const names = knownNames.filter((name) => !/^(?:payload|data)-/.test(name));
    expect(names.filter((name) => !covered.has(name))).toEqual([]);
  });

  it('no two mistakes have the same name', () => {
    expect(knownNames.filter((name, index) => knownNames.indexOf(name) !== index)).toEqual([]);
  });
});

const body =
  '{"event_type": "scan_completed", "timestamp": "2026-01-01T00:00:00Z", "data": {"target": "a", "n": 1}}';

const secret = 'known-s3cret';

const genuine = createHmac('sha256', secret).update(body).digest('hex');

const wrong = '0123456789abcdef'.repeat(4);

describe('random signatures', () => {
  it('no known mistake explains a random signature, in 30 attempts', () => {
    for (let index = 0; index < 30; index++) {
      const digest = randomBytes(32);
      const signature = index % 2 === 0 ? `sha256=${digest.toString('hex')}` : digest.toString('base64');
      expect(diagnose({ body: Buffer.from(body), secret, signature })).toMatchObject({
        mistakes: undefined,
        complete: true,
        conclusion: { kind: expect.stringMatching(/^(?:unknown|marked)$/) },
      });
    }
  }, 300_000);
});

describe('wrong prefixes', () => {
  it.each(['sha256:', 'sha256= ', 'SHA256 ', 'v1=', 'hmac-sha256='])(
    'are named as the mistake: "%s"',
    (prefix) => {
      const signature = `${prefix}${genuine}`;
      expect(diagnose({ body: Buffer.from(body), secret, signature }).mistakes).toMatchObject([
        { name: 'signature-prefix' },
      ]);
    },
  );
});

describe('hostile bodies', () => {
  it.each([
    { name: 'deep nesting', hostile: '['.repeat(200_000) },
    { name: 'deep nesting in valid JSON', hostile: `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}` },
    { name: 'a long string', hostile: `{"a":"${'x'.repeat(3_000_000)}"}` },
    { name: 'a long unterminated string', hostile: `"${'\\"'.repeat(500_000)}` },
    { name: 'many numbers', hostile: `{"a":[${'1,'.repeat(20_000)}1]}` },
    { name: '__proto__', hostile: '{"__proto__": {"a": 1}, "event_type": {"__proto__": 2}}' },
    { name: 'a number of a million digits', hostile: `{"a":${'9'.repeat(1_000_000)}}` },
    {
      name: 'numbers that exceed the range of a float',
      hostile: '{"a": 1e999, "b": -0, "c": 123456789012345678901234567890}',
    },
  ])('are diagnosed without an error: $name', ({ hostile }) => {
    expect(diagnose({ body: Buffer.from(hostile), secret, signature: wrong }).mistakes).toBeUndefined();
  });

  it('a secret with 60,000 spaces is diagnosed without an error', () => {
    const spaces = `x${' '.repeat(60_000)}y`;
    expect(diagnose({ body: Buffer.from(body), secret: spaces, signature: wrong }).mistakes).toBeUndefined();
  });
});
