import { createHmac, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sign } from '@spiderfoot-webhooks/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bodyGuesses } from '../src/diagnose/mistakes/body-mistakes.ts';
import { search } from '../src/diagnose/mistakes/search-mistakes.ts';
import { secretGuesses } from '../src/diagnose/mistakes/secret-mistakes.ts';
import { constructions } from '../src/diagnose/signature/digests.ts';
import { temporaryFolder } from './support/certificates.ts';
import { output, secret, spiderfoot, withSecret } from './support/command.ts';

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
  const path = fileURLToPath(new URL(`mistakes/${file}`, import.meta.url));
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
  it('are named with a fix, and without the secret or the expected signature', async () => {
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

  it('are all made by at least one of the programs', () => {
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

interface Concluded {
  readonly conclusion: { readonly kind: string; readonly marked: readonly string[]; readonly text: string };
}

describe('the conclusion of diagnose', () => {
  const concluded = async (signature: string, input: string, given = secret) => {
    const args = ['diagnose', '-s', signature, '--json', '--secret', given];
    const { code, lines } = await spiderfoot(args, { input });
    const { conclusion }: Concluded = JSON.parse(lines[0] ?? '');
    return { code, ...conclusion };
  };

  it.each([
    { signature: '', input: body, marked: ['signature'] },
    { signature: '  ', input: body, marked: ['signature'] },
    { signature: 'sha256=', input: body, marked: ['length'] },
    { signature: genuine.slice(0, 8), input: body, marked: ['length'] },
    { signature: 'not a signature', input: body, marked: ['alphabet', 'length'] },
    { signature: wrong.slice(0, 40), input: body, marked: ['length'] },
    { signature: genuine, input: '', marked: ['body'] },
    { signature: genuine, input: '\0{', marked: ['encoding', 'JSON'] },
    { signature: genuine, input: '[object Object]', marked: ['JSON'] },
    { signature: 'a'.repeat(100_000), input: body, marked: ['signature'] },
    { signature: `${'-'.repeat(100_000)}:`, input: body, marked: ['signature'] },
    { signature: wrong, input: body, given: ' x', marked: ['secret'] },
  ])('names $marked if no mistake explains $signature', async ({ signature, input, given, marked }) => {
    const { code, kind, marked: shown, text } = await concluded(signature, input, given);
    expect({ code, kind, shown }).toEqual({ code: 1, kind: 'marked', shown: marked });
    for (const step of marked) expect(text).toContain(step);
    expect(text).not.toMatch(/secrets differ/i);
  });

  it('does not blame only the secret or only the body if all steps are right', async () => {
    const found = await concluded(wrong, body);
    expect(found).toMatchObject({ code: 1, kind: 'unknown', marked: [] });
    expect(found.text).not.toMatch(/secrets differ|most likely/i);
  });

  it('names the marked steps in addition to the mistake that explains the signature', async () => {
    const found = await concluded(`0x${genuine}`, body);
    expect(found).toMatchObject({ code: 1, kind: 'explained', marked: ['alphabet', 'length'] });
    expect(found.text).toContain('alphabet, length');
  });

  it('names the marked steps of a genuine signature over a body that a receiver rejects', async () => {
    const signature = createHmac('sha256', secret).update('[1]').digest('hex');
    expect(await concluded(signature, '[1]')).toMatchObject({ code: 0, kind: 'genuine', marked: ['JSON'] });
  });
});

describe('random signatures', () => {
  it('are not explained by a known mistake, in a thousand attempts', () => {
    for (let index = 0; index < 1000; index++) {
      const digest = randomBytes(32);
      const signature = index % 2 === 0 ? `sha256=${digest.toString('hex')}` : digest.toString('base64');
      const evidence = { body: Buffer.from(body), secret, signature, previousSecrets: [], otherHeaders: {} };
      expect(search(evidence)).toEqual({ found: undefined, complete: true });
    }
  }, 300_000);

  it('are reported as unexplained', async () => {
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

  it('is reported as other-header if it is not in the first signature header', async () => {
    const headers = [`X-Signature-256: ${await sign(secret, body)}`, `X-SpiderFoot-Signature: ${wrong}`];
    const args = ['diagnose', '--json', ...headers.flatMap((header) => ['-H', header])];
    const { code, lines } = await withSecret(args, { input: body });
    expect(code).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ mistakes: [{ name: 'other-header' }] });
  });
});

describe('the steps of diagnose', () => {
  const steps = async (signature: string, input: string) => {
    const { lines } = await withSecret(['diagnose', '-s', signature], { input });
    return lines;
  };

  it('are all marked ✓ for a valid signature', async () => {
    const { code, lines } = await withSecret(['diagnose', '-s', `sha256=${genuine}`], { input: body });
    expect(code).toBe(0);
    expect(lines.filter((line) => line !== '' && !line.startsWith('✓'))).toEqual(['The signature is valid.']);
    expect(lines.join('\n')).toContain(`${body.length} bytes, SHA-256 `);
    expect(lines.join('\n')).toContain('an event, written as SpiderFoot writes it');
  });

  it.each([
    { signature: ` ${wrong}`, says: '✗ header           there is white space around the signature' },
    { signature: `${wrong}, ${wrong}`, says: '✗ header           several values, separated by commas' },
    { signature: `sha1=${wrong}`, says: '✗ prefix           sha1= instead of sha256=' },
    { signature: wrong, says: '✓ prefix           none, which is allowed' },
    { signature: `${wrong.slice(0, 63)}g`, says: '✗ alphabet         not a hex digit: "g" at position 64' },
    {
      signature: wrong.slice(0, 40),
      says: '✗ length           40 characters instead of 64, the length of SHA-1',
    },
    { signature: wrong, says: '! match            the signature begins with 01234567…; the expected' },
  ])('describe the signature: $says', async ({ signature, says }) => {
    expect(await steps(signature, body)).toContainEqual(expect.stringContaining(says));
  });

  it.each([
    { input: '', says: 'the body is empty' },
    { input: `\ufeff${body}`, says: '✗ byte order mark  present' },
    { input: `${body}\n`, says: '! end              a newline' },
    { input: body.replaceAll(', ', ',\r\n'), says: '! line ends        3 CRLF, 0 LF' },
    { input: body.replace('"a"', '"ä"'), says: '! encoding         UTF-8 with non-ASCII characters' },
    { input: JSON.stringify(JSON.parse(body)), says: "like JavaScript's JSON.stringify(x)" },
    { input: '{"a": ', says: '✗ JSON             cannot be parsed' },
    { input: '[1]', says: '✗ JSON             not an object' },
    { input: '{"a": 1}', says: '! JSON             an object, but not a SpiderFoot event' },
  ])('describe the body: $says', async ({ input, says }) => {
    expect(await steps(wrong, input)).toContainEqual(expect.stringContaining(says));
  });

  it.each([
    { given: ' x', says: '✗ secret           2 bytes, with white space around it' },
    { given: '"x"', says: '! secret           3 bytes, in quotes' },
    { given: 'ü', says: '! secret           2 bytes, with non-ASCII characters' },
  ])('describe the secret: $says', async ({ given, says }) => {
    const { lines } = await spiderfoot(['diagnose', '-s', wrong, '--secret', given], { input: body });
    expect(lines).toContain(says);
  });

  it('recognize a body that is not UTF-8', async () => {
    const file = join(await temporaryFolder(), 'body');
    await writeFile(file, Buffer.from(body, 'utf16le'));
    await writeFile(`${file}2`, Buffer.from('{"a": "ü"}', 'latin1'));
    expect((await withSecret(['diagnose', file, '-s', wrong])).output).toContain(
      '✗ encoding         probably UTF-16\n',
    );
    expect((await withSecret(['diagnose', `${file}2`, '-s', wrong])).output).toContain(
      '✗ encoding         not valid UTF-8\n',
    );
  });
});

describe('the output of diagnose', () => {
  it('contains the expected signature and the matching secret only with --show-secrets', async () => {
    const signature = createHmac('sha256', `${secret}\n`).update(body).digest('hex');
    const args = ['diagnose', '-s', signature];
    const text = await withSecret(args, { input: body });
    const withSecrets = await withSecret([...args, '--show-secrets'], { input: body });
    const json = await withSecret([...args, '--json'], { input: body });
    for (const { output } of [text, json]) {
      expect(output).toContain('secret-newline-lost');
      expect(output).not.toContain(genuine);
      expect(output).not.toContain(secret);
    }
    expect(withSecrets.output).toContain(`expected signature: sha256=${genuine}`);
    expect(withSecrets.output).toContain(`"${secret}\\n"`);
    expect((await withSecret([...args, '--json', '--show-secrets'], { input: body })).output).toContain(
      genuine,
    );
  });

  it('contains no control characters', async () => {
    const signature = '\u001b[2Jx\u009b1m'.padEnd(64, 'z');
    const { lines } = await withSecret(['diagnose', '-s', signature, '-H', `X-A: ${wrong}`], { input: body });
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('the arguments of diagnose', () => {
  it('may contain the signature as a header', async () => {
    const headers = ['-H', 'Host: x', '-H', `X-SpiderFoot-Signature: sha256=${genuine}`];
    expect(await withSecret(['diagnose', ...headers], { input: body })).toMatchObject({ code: 0 });
  });

  it('must contain a signature and a secret', async () => {
    expect(await withSecret(['diagnose'], { input: body })).toMatchObject({ code: 2 });
    expect(await spiderfoot(['diagnose', '-s', wrong], { input: body })).toMatchObject({ code: 2 });
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

  it('are diagnosed without an error for a secret with 60,000 spaces', async () => {
    const file = join(await temporaryFolder(), 'secret');
    await writeFile(file, `x${' '.repeat(60_000)}y`);
    const args = ['diagnose', '-s', wrong, '--secret-file', file];
    expect(await spiderfoot(args, { input: body })).toMatchObject({ code: 1, stderr: '' });
  });
});
