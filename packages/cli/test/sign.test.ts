import { createHmac } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/certificates.ts';
import { output, secret, spiderfoot, withSecret } from './support/command.ts';

const body = '{"event_type": "scan_completed", "data": {"target": "ä"}}';
const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

async function bodyFile(content: string | Uint8Array = body): Promise<string> {
  const file = join(await temporaryFolder(), 'body.json');
  await writeFile(file, content);
  return file;
}

describe('sign', () => {
  it('signs a file or standard input, as OpenSSL does', async () => {
    const file = await bodyFile();
    const openssl = await output('openssl', ['dgst', '-sha256', '-hmac', secret, file]);
    expect(signature).toBe(`sha256=${openssl.split('= ')[1]}`);
    for (const args of [['sign', file], ['sign', '-'], ['sign']]) {
      const { code, lines, stderr } = await withSecret(args, { input: body });
      expect({ code, lines, stderr }).toEqual({ code: 0, lines: [signature], stderr: '' });
    }
  });

  it.each(['sign', `verify -s ${signature}`])('warns that standard input is empty: %s', async (args) => {
    const { stderr } = await withSecret(args.split(' '), { input: '' });
    expect(stderr).toContain('warning: Standard input is empty');
  });

  it('ends with 2 if the variable of the secret is set but empty', async () => {
    const env = { SPIDERFOOT_WEBHOOK_SECRET: '' };
    expect(await spiderfoot(['sign'], { input: body, env })).toMatchObject({
      code: 2,
      lines: [],
      stderr: expect.stringMatching(/^error: SPIDERFOOT_WEBHOOK_SECRET is set but empty/),
    });
  });

  it('signs bytes, whatever they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const { lines } = await withSecret(['sign', await bodyFile(bytes)]);
    expect(lines).toEqual([`sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`]);
  });

  it('writes a whole header where asked for', async () => {
    const { lines } = await withSecret(['sign', '--header'], { input: body });
    expect(lines).toEqual([`X-SpiderFoot-Signature: ${signature}`]);
  });

  it('takes the secret from an option, a file, or the environment', async () => {
    const file = join(await temporaryFolder(), 'secret');
    await writeFile(file, `${secret}\r\n`);
    const input = body;
    expect((await spiderfoot(['sign', '--secret', secret], { input })).lines).toEqual([signature]);
    expect((await withSecret(['sign', '--secret-file', file], { input })).lines).toEqual([signature]);
    const both = await spiderfoot(['sign', '--secret', 'x', '--secret-file', file], { input });
    expect(both).toMatchObject({ code: 2, lines: [] });
  });

  it.each([
    { given: [], says: 'No secret is given.' },
    { given: ['--secret', ''], says: 'The secret is empty.' },
    { given: ['--secret', 'x '], says: 'begins or ends with white space' },
    { given: ['--secret-file', '/nowhere/secret'], says: '/nowhere/secret does not exist.' },
    // The program itself: more than a secret has.
    { given: ['--secret-file', process.execPath], says: 'has more than 65536 bytes' },
  ])('refuses a secret that is none: $says', async ({ given, says }) => {
    const { code, lines, stderr } = await spiderfoot(['sign', ...given], { input: body });
    expect(code).toBe(/exist\.$|bytes$/.test(says) ? 1 : 2);
    expect(lines).toEqual([]);
    expect(stderr).toContain(says);
  });

  it('refuses a secret that is no text: it would become another one', async () => {
    const file = await bodyFile(Uint8Array.of(0x73, 0xff, 0xfe, 0x74));
    const { code, lines, stderr } = await spiderfoot(['sign', '--secret-file', file], { input: body });
    expect({ code, lines, stderr }).toEqual({
      code: 2,
      lines: [],
      stderr: `error: ${file} holds no secret: it is not a text in UTF-8.\n`,
    });
  });

  it.each(['sign', 'diagnose'])(
    '%s refuses what is no body by its size, and names a folder',
    async (name) => {
      const signed = name === 'sign' ? [] : ['--signature', signature];
      const file = await bodyFile();
      await truncate(file, 64 * 1024 ** 2 + 1);
      const large = await withSecret([name, file, ...signed]);
      expect(large).toMatchObject({ code: 1, lines: [] });
      expect(large.stderr).toBe(`error: ${file} has more than 67108864 bytes, the most that is read.\n`);
      const { stderr } = await withSecret([name, dirname(file), ...signed]);
      expect(stderr).toBe(`error: ${dirname(file)} is a folder.\n`);
    },
  );
});

describe('verify', () => {
  it.each([signature, signature.slice(7), signature.toUpperCase().replace('SHA', 'sha')])(
    'takes %s',
    async (given) => {
      const { code, lines } = await withSecret(['verify', await bodyFile(), '--signature', given]);
      expect({ code, lines }).toEqual({ code: 0, lines: ['The signature is right.'] });
    },
  );

  it.each([
    { name: 'another', given: signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) },
    { name: 'none', given: '' },
    { name: 'two', given: `${signature}, ${signature}` },
    { name: 'a longer one', given: `${signature}0` },
  ])('refuses $name with exit code 1, and leads on to diagnose', async ({ given }) => {
    const { code, lines, stderr } = await withSecret(['verify', '--signature', given], { input: body });
    expect({ code, lines }).toEqual({ code: 1, lines: ['The signature is not right.'] });
    expect(stderr).toContain('diagnose');
    expect(stderr).not.toContain(signature.slice(7));
  });

  it('needs a signature, and a body that is there', async () => {
    expect(await withSecret(['verify'], { input: body })).toMatchObject({ code: 2 });
    const { code, stderr } = await withSecret(['verify', '/nowhere/body', '-s', signature]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: /nowhere/body does not exist.\n' });
  });
});
