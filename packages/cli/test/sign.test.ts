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

  it('signs with the secret of an endpoint in the file of --config, and diagnose and verify read it too', async () => {
    const folder = await temporaryFolder();
    const config = join(folder, 'spiderfoot.ini');
    await writeFile(
      config,
      `[webhooks:a]\nurl = http://a.example/\nsecret = other\n[webhooks:b]\nsecret = ${secret}\n`,
    );
    const options = { input: body, env: {} };
    const endpoint = ['--config', config, '--endpoint', 'b'];
    expect((await spiderfoot(['sign', ...endpoint], options)).lines).toEqual([signature]);
    for (const command of ['verify', 'diagnose'])
      expect(await spiderfoot([command, '-s', signature, ...endpoint], options)).toMatchObject({ code: 0 });
    const several = await spiderfoot(['sign', '--config', config], options);
    expect(several).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/several endpoints: a, b.*\n.*--endpoint/),
    });
    const both = await spiderfoot(['sign', ...endpoint, '--secret', 'x'], options);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: --config /) });
    const shown = await spiderfoot(['send', '--dry-run', '--config', config, '--endpoint', 'a'], { env: {} });
    expect(shown.lines[0]).toBe('POST http://a.example/');
  });

  it('exits with 2 if SPIDERFOOT_WEBHOOK_SECRET is set but empty', async () => {
    const env = { SPIDERFOOT_WEBHOOK_SECRET: '' };
    expect(await spiderfoot(['sign'], { input: body, env })).toMatchObject({
      code: 2,
      lines: [],
      stderr: expect.stringMatching(/^error: SPIDERFOOT_WEBHOOK_SECRET is set but empty/),
    });
  });

  it('signs any bytes', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const { lines } = await withSecret(['sign', await bodyFile(bytes)]);
    expect(lines).toEqual([`sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`]);
  });

  it('writes the complete header with --header', async () => {
    const { lines } = await withSecret(['sign', '--header'], { input: body });
    expect(lines).toEqual([`X-SpiderFoot-Signature: ${signature}`]);
  });

  it('reads the secret from an option, a file or the environment, and rejects two of them', async () => {
    const file = join(await temporaryFolder(), 'secret');
    await writeFile(file, `${secret}\r\n`);
    const input = body;
    expect((await spiderfoot(['sign', '--secret', secret], { input })).lines).toEqual([signature]);
    expect((await withSecret(['sign', '--secret-file', file], { input })).lines).toEqual([signature]);
    const both = await spiderfoot(['sign', '--secret', 'x', '--secret-file', file], { input });
    expect(both).toMatchObject({ code: 2, lines: [] });
  });

  it.each([
    { given: [], code: 2, says: 'SPIDERFOOT_WEBHOOK_SECRET' },
    { given: ['--secret', ''], code: 2, says: 'empty' },
    { given: ['--secret', 'x '], code: 2, says: 'begins or ends with white space' },
    { given: ['--secret-file', '/nowhere/secret'], code: 1, says: '/nowhere/secret does not exist.' },
    // The Node binary is larger than any secret file.
    { given: ['--secret-file', process.execPath], code: 1, says: '65536 bytes' },
  ])('rejects the secret of $given: $says', async ({ given, code, says }) => {
    expect(await spiderfoot(['sign', ...given], { input: body })).toMatchObject({
      code,
      lines: [],
      stderr: expect.stringContaining(says),
    });
  });

  it('rejects a secret file that is not UTF-8 text, because decoding would change the secret', async () => {
    const file = await bodyFile(Uint8Array.of(0x73, 0xff, 0xfe, 0x74));
    expect(await spiderfoot(['sign', '--secret-file', file], { input: body })).toMatchObject({
      code: 2,
      lines: [],
      stderr: expect.stringMatching(/^error: .*body\.json .*UTF-8/),
    });
  });

  it.each(['sign', 'diagnose'])('%s rejects a body that is too large, and a folder', async (name) => {
    const signed = name === 'sign' ? [] : ['--signature', signature];
    const file = await bodyFile();
    await truncate(file, 64 * 1024 ** 2 + 1);
    const large = await withSecret([name, file, ...signed]);
    expect(large).toMatchObject({ code: 1, lines: [] });
    expect(large.stderr).toBe(`error: ${file} exceeds the limit of 67108864 bytes.\n`);
    const { stderr } = await withSecret([name, dirname(file), ...signed]);
    expect(stderr).toContain(`error: ${dirname(file)} is a folder.\n`);
  });
});

describe('verify', () => {
  it.each([signature, signature.slice(7), signature.toUpperCase().replace('SHA', 'sha')])(
    'accepts the signature %s',
    async (given) => {
      const { code, lines } = await withSecret(['verify', await bodyFile(), '--signature', given]);
      expect({ code, lines }).toEqual({ code: 0, lines: ['The signature is valid.'] });
    },
  );

  it.each([
    { name: 'a different signature', given: signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) },
    { name: 'an empty signature', given: '' },
    { name: 'two signatures', given: `${signature}, ${signature}` },
    { name: 'a signature that is too long', given: `${signature}0` },
  ])('rejects $name with exit code 1, and suggests diagnose', async ({ given }) => {
    const { code, lines, stderr } = await withSecret(['verify', '--signature', given], { input: body });
    expect({ code, lines }).toEqual({ code: 1, lines: ['The signature is not valid.'] });
    expect(stderr).toContain('diagnose');
    expect(stderr).not.toContain(signature.slice(7));
  });

  it('requires a signature, and a body file that exists', async () => {
    expect(await withSecret(['verify'], { input: body })).toMatchObject({ code: 2 });
    const { code, stderr } = await withSecret(['verify', '/nowhere/body', '-s', signature]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error: \/nowhere\/body does not exist\.\n/),
    });
  });
});
