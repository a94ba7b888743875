import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { secret, spiderfoot, withSecret } from '../support/command.ts';

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

  it('diagnose does not blame only the secret or only the body if all steps are right', async () => {
    const found = await concluded(wrong, body);
    expect(found).toMatchObject({ code: 1, kind: 'unknown', marked: [] });
    expect(found.text).not.toMatch(/secrets differ|most likely/i);
  });

  it('diagnose names the marked steps in addition to the mistake that explains the signature', async () => {
    const found = await concluded(`0x${genuine}`, body);
    expect(found).toMatchObject({ code: 1, kind: 'explained', marked: ['alphabet', 'length'] });
    expect(found.text).toContain('alphabet, length');
  });

  it('diagnose names the marked steps of a genuine signature over a body that a receiver rejects', async () => {
    const signature = createHmac('sha256', secret).update('[1]').digest('hex');
    expect(await concluded(signature, '[1]')).toMatchObject({ code: 0, kind: 'genuine', marked: ['JSON'] });
  });
});

describe('the steps of diagnose', () => {
  const steps = async (signature: string, input: string) => {
    const { lines } = await withSecret(['diagnose', '-s', signature], { input });
    return lines;
  };

  it('diagnose marks all steps ✓ for a valid signature', async () => {
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
    { input: '{"a": ', says: '✗ JSON             cut off: the end of the body is missing' },
    { input: '{a}', says: '✗ JSON             cannot be parsed' },
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

  it('diagnose recognizes a body that is not UTF-8', async () => {
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
  it('diagnose shows the expected signature and the matching secret only with --show-secrets', async () => {
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

  it('diagnose prints no control characters', async () => {
    const signature = '\u001b[2Jx\u009b1m'.padEnd(64, 'z');
    const { lines } = await withSecret(['diagnose', '-s', signature, '-H', `X-A: ${wrong}`], { input: body });
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('the arguments of diagnose', () => {
  it('diagnose accepts the signature as a header', async () => {
    const headers = ['-H', 'Host: x', '-H', `X-SpiderFoot-Signature: sha256=${genuine}`];
    expect(await withSecret(['diagnose', ...headers], { input: body })).toMatchObject({ code: 0 });
  });

  it('diagnose requires a signature and a secret', async () => {
    expect(await withSecret(['diagnose'], { input: body })).toMatchObject({ code: 2 });
    expect(await spiderfoot(['diagnose', '-s', wrong], { input: body })).toMatchObject({ code: 2 });
  });
});
