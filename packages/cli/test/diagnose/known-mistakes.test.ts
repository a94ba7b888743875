import { createHmac, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sign } from '@spiderfoot-webhooks/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bodyGuesses } from '../../src/diagnose/mistakes/body-mistakes.ts';
import { search } from '../../src/diagnose/mistakes/search-mistakes.ts';
import { secretGuesses } from '../../src/diagnose/mistakes/secret-mistakes.ts';
import { constructions } from '../../src/diagnose/signature/digests.ts';
import { temporaryFolder } from '../support/certificates.ts';
import { output, secret, spiderfoot, withSecret } from '../support/command.ts';

/** A line of the programs in `mistakes`. */
interface Row {
  readonly mistakes: readonly string[];
  /** The body in base64. */
  readonly body: string;
  readonly signature: string;
  readonly secret: string;
  readonly previous?: readonly string[];
  readonly headers?: readonly string[];
}

const programs = [
  { language: 'Python', command: 'python3', file: 'mistakes.py' },
  { language: 'JavaScript', command: process.execPath, file: 'mistakes.mjs' },
  { language: 'a shell', command: 'bash', file: 'mistakes.sh' },
];

async function rowsOf({ command, file }: (typeof programs)[number]): Promise<readonly Row[]> {
  const path = fileURLToPath(new URL(`../mistakes/${file}`, import.meta.url));
  const lines = (await output(command, [path])).split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** Save the body of a row, and diagnose its signature. */
async function diagnose(row: Row, ...flags: string[]) {
  const folder = await temporaryFolder();
  const file = join(folder, 'body');
  await writeFile(file, row.body, 'base64');
  const previous = (row.previous ?? []).flatMap((text) => ['--previous-secret', text]);
  const headers = (row.headers ?? []).flatMap((text) => ['--header', text]);
  const args = ['diagnose', file, '--signature', row.signature, ...previous, ...headers, ...flags];
  return spiderfoot(args, { env: { SPIDERFOOT_WEBHOOK_SECRET: row.secret } });
}

interface Output {
  readonly mistakes: readonly { readonly name: string; readonly fix: string }[] | null;
}

describe.each(programs)('mistakes made in $language', (program) => {
  it('diagnose names a mistake with a fix, and without the secret or the expected signature', async () => {
    const rows = await rowsOf(program);
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const { code, lines, stderr } = await diagnose(row, '--json');
      const { mistakes }: Output = JSON.parse(lines[0] ?? '');
      expect.soft({ code, stderr, names: mistakes?.map(({ name }) => name) }).toEqual({
        code: 1,
        stderr: '',
        names: expect.arrayContaining([...row.mistakes]),
      });
      expect.soft(mistakes).toHaveLength(row.mistakes.length);
      const fixes = mistakes?.map(({ fix }) => fix).join(' ') ?? '';
      expect(fixes.length).toBeGreaterThan(40);
      expect(fixes).not.toContain(row.secret);
      const expected = createHmac('sha256', row.secret).update(row.body, 'base64').digest('hex');
      expect(lines.join('\n')).not.toContain(expected);
    }
  }, 300_000);
});

describe('the known mistakes', () => {
  let covered: ReadonlySet<string>;
  beforeAll(async () => {
    const rows = (await Promise.all(programs.map(rowsOf))).flat();
    covered = new Set(rows.flatMap(({ mistakes }) => mistakes));
  });

  it('at least one of the programs makes each known mistake', () => {
    const body = Buffer.from('{"event_type": "x", "n": 1, "payload": {}, "data": {}}');
    const guesses = [...bodyGuesses(body), ...secretGuesses('secret', ['older'])];
    const known = [
      ...guesses.map(({ mistake }) => mistake),
      ...constructions.flatMap(({ mistake }) => mistake ?? []),
    ];
    const names = new Set(known.map(({ name }) => name).filter((name) => !/^(?:payload|data)-/.test(name)));
    expect([...names].filter((name) => !covered.has(name))).toEqual([]);
  });
});

const body =
  '{"event_type": "scan_completed", "timestamp": "2026-01-01T00:00:00Z", "data": {"target": "a", "n": 1}}';

const genuine = createHmac('sha256', secret).update(body).digest('hex');

const wrong = '0123456789abcdef'.repeat(4);

describe('random signatures', () => {
  it('no known mistake explains a random signature, in a thousand attempts', () => {
    for (let index = 0; index < 1000; index++) {
      const digest = randomBytes(32);
      const signature = index % 2 === 0 ? `sha256=${digest.toString('hex')}` : digest.toString('base64');
      const evidence = { body: Buffer.from(body), secret, signature, previousSecrets: [], otherHeaders: {} };
      expect(search(evidence)).toEqual({ found: undefined, complete: true });
    }
  }, 300_000);

  it('diagnose reports a random signature as unexplained', async () => {
    const { code, lines } = await withSecret(['diagnose', '-s', wrong], { input: body });
    expect(code).toBe(1);
    expect(lines).toContain('No known mistake explains the signature.');
    const json = await withSecret(['diagnose', '-s', wrong, '--json'], { input: body });
    expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({ genuine: false, mistakes: null, complete: true });
  });
});

describe('wrong prefixes', () => {
  it.each(['sha256:', 'sha256= ', 'SHA256 ', 'v1=', 'hmac-sha256='])(
    'are named as the mistake: "%s"',
    (prefix) => {
      const signature = `${prefix}${genuine}`;
      const evidence = { body: Buffer.from(body), secret, signature, previousSecrets: [], otherHeaders: {} };
      expect(search(evidence).found?.mistakes).toMatchObject([{ name: 'signature-prefix' }]);
    },
  );
});

describe('the signature in several headers', () => {
  it.each(['X-SpiderFoot-Signature', 'X-SpiderFoot-Signature-256', 'X-Signature-256'])(
    'is found in %s, as in a receiver',
    async (name) => {
      const signature = await sign(secret, body);
      const args = ['diagnose', '-H', 'X-Request-ID: 1', '-H', `${name}: ${signature}`];
      expect(await withSecret(args, { input: body })).toMatchObject({ code: 0 });
    },
  );

  it('a signature that is not in the first signature header is reported as other-header', async () => {
    const headers = [`X-Signature-256: ${await sign(secret, body)}`, `X-SpiderFoot-Signature: ${wrong}`];
    const args = ['diagnose', '--json', ...headers.flatMap((header) => ['-H', header])];
    const { code, lines } = await withSecret(args, { input: body });
    expect(code).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ mistakes: [{ name: 'other-header' }] });
  });
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
  ])('are diagnosed without an error: $name', async ({ hostile }) => {
    const { code, stderr } = await withSecret(['diagnose', '-s', wrong], { input: hostile });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('a hostile body is diagnosed without an error for a secret with 60,000 spaces', async () => {
    const file = join(await temporaryFolder(), 'secret');
    await writeFile(file, `x${' '.repeat(60_000)}y`);
    const args = ['diagnose', '-s', wrong, '--secret-file', file];
    expect(await spiderfoot(args, { input: body })).toMatchObject({ code: 1, stderr: '' });
  });
});
