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

/** What the programs in `mistakes` print. */
interface Row {
  readonly mistakes: readonly string[];
  /** In base64. */
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

/** Saves what is to be diagnosed, and runs the command over it. */
async function diagnose(row: Row, ...further: string[]) {
  const folder = await temporaryFolder();
  const file = join(folder, 'body');
  await writeFile(file, row.body, 'base64');
  const previous = (row.previous ?? []).flatMap((text) => ['--previous-secret', text]);
  const headers = (row.headers ?? []).flatMap((text) => ['--header', text]);
  const args = ['diagnose', file, '--signature', row.signature, ...previous, ...headers, ...further];
  return spiderfoot(args, { env: { SPIDERFOOT_WEBHOOK_SECRET: row.secret } });
}

interface Told {
  readonly mistakes: readonly { readonly name: string; readonly fix: string }[] | null;
}

describe.each(programs)('mistakes made in $language', (program) => {
  it('are named, with the fix, and nothing secret is told', async () => {
    const rows = await rowsOf(program);
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const { code, lines, stderr } = await diagnose(row, '--json');
      const { mistakes }: Told = JSON.parse(lines[0] ?? '');
      expect.soft({ code, stderr, names: mistakes?.map(({ name }) => name) }).toEqual({
        code: 1,
        stderr: '',
        names: expect.arrayContaining([...row.mistakes]),
      });
      expect.soft(mistakes).toHaveLength(row.mistakes.length);
      const told = mistakes?.map(({ fix }) => fix).join(' ') ?? '';
      expect(told.length).toBeGreaterThan(40);
      expect(told).not.toContain(row.secret);
      const expected = createHmac('sha256', row.secret).update(row.body, 'base64').digest('hex');
      expect(lines.join('\n')).not.toContain(expected);
    }
  }, 300_000);
});

describe('the table', () => {
  let made: ReadonlySet<string>;
  beforeAll(async () => {
    const rows = (await Promise.all(programs.map(rowsOf))).flat();
    made = new Set(rows.flatMap(({ mistakes }) => mistakes));
  });

  it('has no mistake that is not made by some program', () => {
    const body = Buffer.from('{"event_type": "x", "n": 1, "payload": {}, "data": {}}');
    const guesses = [...bodyGuesses(body), ...secretGuesses('secret', ['older'])];
    const known = [
      ...guesses.map(({ mistake }) => mistake),
      ...constructions.flatMap(({ mistake }) => mistake ?? []),
    ];
    const names = new Set(known.map(({ name }) => name).filter((name) => !/^(?:payload|data)-/.test(name)));
    expect([...names].filter((name) => !made.has(name))).toEqual([]);
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
  ])('points at $marked when nothing explains $signature', async ({ signature, input, given, marked }) => {
    const { code, kind, marked: shown, text } = await concluded(signature, input, given);
    expect({ code, kind, shown }).toEqual({ code: 1, kind: 'marked', shown: marked });
    for (const step of marked) expect(text).toContain(step);
    expect(text).not.toMatch(/secrets differ/i);
  });

  it('blames neither the secret nor the body when only the digits differ', async () => {
    const found = await concluded(wrong, body);
    expect(found).toMatchObject({ code: 1, kind: 'unknown', marked: [] });
    expect(found.text).not.toMatch(/secrets differ|most likely/i);
  });

  it('names the marked steps beside the mistake that explains the signature', async () => {
    const found = await concluded(`0x${genuine}`, body);
    expect(found).toMatchObject({ code: 1, kind: 'explained', marked: ['alphabet', 'length'] });
    expect(found.text).toContain('alphabet, length');
  });

  it('names the marked steps of a genuine signature over a body that a receiver rejects', async () => {
    const signature = createHmac('sha256', secret).update('[1]').digest('hex');
    expect(await concluded(signature, '[1]')).toMatchObject({ code: 0, kind: 'genuine', marked: ['JSON'] });
  });
});

describe('a random signature', () => {
  it('is none of the known mistakes: a thousand of them', () => {
    for (let index = 0; index < 1000; index++) {
      const digest = randomBytes(32);
      const signature = index % 2 === 0 ? `sha256=${digest.toString('hex')}` : digest.toString('base64');
      const evidence = { body: Buffer.from(body), secret, signature, previousSecrets: [], otherHeaders: {} };
      expect(search(evidence)).toEqual({ found: undefined, complete: true });
    }
  }, 300_000);

  it('is said to be so', async () => {
    const { code, lines } = await withSecret(['diagnose', '-s', wrong], { input: body });
    expect(code).toBe(1);
    expect(lines).toContain('No known mistake explains it.');
    const json = await withSecret(['diagnose', '-s', wrong, '--json'], { input: body });
    expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({ genuine: false, mistakes: null, complete: true });
  });
});

describe('a prefix', () => {
  it.each(['sha256:', 'sha256= ', 'SHA256 ', 'v1=', 'hmac-sha256='])(
    'is named as the mistake where it is "%s"',
    (prefix) => {
      const signature = `${prefix}${genuine}`;
      const evidence = { body: Buffer.from(body), secret, signature, previousSecrets: [], otherHeaders: {} };
      expect(search(evidence).found?.mistakes).toMatchObject([{ name: 'signature-prefix' }]);
    },
  );
});

describe('the signature among several headers', () => {
  it.each(['X-SpiderFoot-Signature', 'X-SpiderFoot-Signature-256', 'X-Signature-256'])(
    'is found in %s, as in a receiver',
    async (name) => {
      const right = await sign(secret, body);
      const args = ['diagnose', '-H', 'X-Request-ID: 1', '-H', `${name}: ${right}`];
      expect(await withSecret(args, { input: body })).toMatchObject({ code: 0 });
    },
  );

  it('is named if it is not in the first header', async () => {
    const headers = [`X-Signature-256: ${await sign(secret, body)}`, `X-SpiderFoot-Signature: ${wrong}`];
    const args = ['diagnose', '--json', ...headers.flatMap((header) => ['-H', header])];
    const { code, lines } = await withSecret(args, { input: body });
    expect(code).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ mistakes: [{ name: 'other-header' }] });
  });
});

describe('step by step', () => {
  const steps = async (signature: string, input: string) => {
    const { lines } = await withSecret(['diagnose', '-s', signature], { input });
    return lines;
  };

  it('what is right', async () => {
    const { code, lines } = await withSecret(['diagnose', '-s', `sha256=${genuine}`], { input: body });
    expect(code).toBe(0);
    expect(lines.filter((line) => line !== '' && !line.startsWith('✓'))).toEqual(['The signature is right.']);
    expect(lines.join('\n')).toContain(`${body.length} bytes, SHA-256 `);
    expect(lines.join('\n')).toContain('an event, written as SpiderFoot writes it');
  });

  it.each([
    { signature: ` ${wrong}`, says: '✗ header           there is white space around the signature' },
    { signature: `${wrong}, ${wrong}`, says: '✗ header           several values, joined by a comma' },
    { signature: `sha1=${wrong}`, says: '✗ prefix           sha1= in place of sha256=' },
    { signature: wrong, says: '✓ prefix           none, which is allowed' },
    { signature: `${wrong.slice(0, 63)}g`, says: '✗ alphabet         no hex digit: "g" at 64' },
    { signature: wrong.slice(0, 40), says: '✗ length           40 characters in place of 64, as SHA-1 has' },
    { signature: wrong, says: '! match            the signature begins with 01234567…, that of this' },
  ])('the signature: $says', async ({ signature, says }) => {
    expect(await steps(signature, body)).toContainEqual(expect.stringContaining(says));
  });

  it.each([
    { input: '', says: 'there is nothing to verify' },
    { input: `\ufeff${body}`, says: '✗ byte order mark  there is one' },
    { input: `${body}\n`, says: '! end              a newline' },
    { input: body.replaceAll(', ', ',\r\n'), says: '! line ends        3 CRLF, 0 LF' },
    { input: body.replace('"a"', '"ä"'), says: '! encoding         UTF-8, with letters beyond ASCII' },
    { input: JSON.stringify(JSON.parse(body)), says: "as by JavaScript's JSON.stringify(x)" },
    { input: '{"a": ', says: '✗ JSON             it cannot be parsed' },
    { input: '[1]', says: '✗ JSON             an event is an object' },
    { input: '{"a": 1}', says: '! JSON             an object, but no event of SpiderFoot' },
  ])('the body: $says', async ({ input, says }) => {
    expect(await steps(wrong, input)).toContainEqual(expect.stringContaining(says));
  });

  it.each([
    { given: ' x', says: '✗ secret           2 bytes, with white space around it' },
    { given: '"x"', says: '! secret           3 bytes, in quotes' },
    { given: 'ü', says: '! secret           2 bytes, with letters beyond ASCII' },
  ])('the secret: $says', async ({ given, says }) => {
    const { lines } = await spiderfoot(['diagnose', '-s', wrong, '--secret', given], { input: body });
    expect(lines).toContain(says);
  });

  it('a body that is not UTF-8', async () => {
    const file = join(await temporaryFolder(), 'body');
    await writeFile(file, Buffer.from(body, 'utf16le'));
    await writeFile(`${file}2`, Buffer.from('{"a": "ü"}', 'latin1'));
    expect((await withSecret(['diagnose', file, '-s', wrong])).lines.join('\n')).toContain(
      'looks like UTF-16',
    );
    expect((await withSecret(['diagnose', `${file}2`, '-s', wrong])).output).toContain(
      '✗ encoding         not valid UTF-8\n',
    );
  });
});

describe('what is told', () => {
  it('is the expected signature and the secret that fits, only where asked for', async () => {
    const signature = createHmac('sha256', `${secret}\n`).update(body).digest('hex');
    const args = ['diagnose', '-s', signature];
    const silent = await withSecret(args, { input: body });
    const open = await withSecret([...args, '--show-secrets'], { input: body });
    const json = await withSecret([...args, '--json'], { input: body });
    for (const { output } of [silent, json]) {
      expect(output).toContain('secret-newline-lost');
      expect(output).not.toContain(genuine);
      expect(output).not.toContain(secret);
    }
    expect(open.output).toContain(`expected signature: sha256=${genuine}`);
    expect(open.output).toContain(`"${secret}\\n"`);
    expect((await withSecret([...args, '--json', '--show-secrets'], { input: body })).output).toContain(
      genuine,
    );
  });

  it('cannot drive the terminal', async () => {
    const signature = '\u001b[2Jx\u009b1m'.padEnd(64, 'z');
    const { lines } = await withSecret(['diagnose', '-s', signature, '-H', `X-A: ${wrong}`], { input: body });
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('the signature', () => {
  it('may be among the headers', async () => {
    const headers = ['-H', 'Host: x', '-H', `X-SpiderFoot-Signature: sha256=${genuine}`];
    expect(await withSecret(['diagnose', ...headers], { input: body })).toMatchObject({ code: 0 });
  });

  it('has to be given, and the secret too', async () => {
    expect(await withSecret(['diagnose'], { input: body })).toMatchObject({ code: 2 });
    expect(await spiderfoot(['diagnose', '-s', wrong], { input: body })).toMatchObject({ code: 2 });
  });
});

describe('hostile bodies', () => {
  it.each([
    { name: 'a deep one', hostile: '['.repeat(200_000) },
    { name: 'a deep one that is JSON', hostile: `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}` },
    { name: 'a long string', hostile: `{"a":"${'x'.repeat(3_000_000)}"}` },
    { name: 'a long string that never ends', hostile: `"${'\\"'.repeat(500_000)}` },
    { name: 'many numbers', hostile: `{"a":[${'1,'.repeat(20_000)}1]}` },
    { name: '__proto__', hostile: '{"__proto__": {"a": 1}, "event_type": {"__proto__": 2}}' },
    { name: 'a number of a million digits', hostile: `{"a":${'9'.repeat(1_000_000)}}` },
    {
      name: 'numbers past all bounds',
      hostile: '{"a": 1e999, "b": -0, "c": 123456789012345678901234567890}',
    },
  ])('$name is looked at, and no more', async ({ hostile }) => {
    const { code, stderr } = await withSecret(['diagnose', '-s', wrong], { input: hostile });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('also end with a secret of 60,000 spaces', async () => {
    const file = join(await temporaryFolder(), 'secret');
    await writeFile(file, `x${' '.repeat(60_000)}y`);
    const args = ['diagnose', '-s', wrong, '--secret-file', file];
    expect(await spiderfoot(args, { input: body })).toMatchObject({ code: 1, stderr: '' });
  });
});
