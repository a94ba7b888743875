import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, sign, verify } from '../../src/index.ts';
import * as node from '../../src/signature/hmac.node.ts';
import * as web from '../../src/signature/hmac.web.ts';

/** RFC 4231, section 4. Case 5 has a truncated output, which SpiderFoot does not send. */
const vectors = [
  {
    name: '1, a short key',
    key: Buffer.alloc(20, 0x0b),
    data: Buffer.from('Hi There'),
    hmac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    name: '2, a key shorter than the output',
    key: Buffer.from('Jefe'),
    data: Buffer.from('what do ya want for nothing?'),
    hmac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    name: '3, more data than one block with the key',
    key: Buffer.alloc(20, 0xaa),
    data: Buffer.alloc(50, 0xdd),
    hmac: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
  {
    name: '4, a key of 25 different bytes',
    key: Buffer.from(Array.from({ length: 25 }, (_, index) => index + 1)),
    data: Buffer.alloc(50, 0xcd),
    hmac: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  },
  {
    name: '6, a key longer than a block',
    key: Buffer.alloc(131, 0xaa),
    data: Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
    hmac: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
  {
    name: '7, key and data longer than a block',
    key: Buffer.alloc(131, 0xaa),
    data: Buffer.from(
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    hmac: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  },
];

const builds = [
  { build: 'node', ...node },
  { build: 'web', ...web },
];

describe.each(builds)('HMAC of the $build build', ({ createKey, sha256, equalDigests }) => {
  it.each(vectors)('passes test case $name of RFC 4231', async ({ key, data, hmac }) => {
    expect(await createKey(key).sign(data)).toBe(hmac);
  });

  it('the HMAC equals that of node:crypto for any key and body', async () => {
    const key = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.string({ minLength: 1 }));
    await fc.assert(
      fc.asyncProperty(key, fc.uint8Array({ maxLength: 2000 }), async (secret, body) => {
        const expected = createHmac('sha256', secret).update(body).digest('hex');
        expect(await createKey(secret).sign(body)).toBe(expected);
      }),
    );
  });

  it.each([0, 1, 63, 64, 65, 65_535, 65_536, 65_537, 1_048_576])(
    'the HMAC is correct for %d bytes',
    async (size) => {
      const body = Buffer.alloc(size, 'spider');
      const key = createKey('hmac-s3cret');
      const expected = createHmac('sha256', 'hmac-s3cret').update(body).digest('hex');
      expect(await key.sign(body)).toBe(expected);
      // The second body must not contain bytes of the first one, which a reused buffer could hold.
      expect(await key.sign(body.subarray(0, size >> 1))).toBe(
        createHmac('sha256', 'hmac-s3cret')
          .update(body.subarray(0, size >> 1))
          .digest('hex'),
      );
    },
  );

  it.each([10, 20_000])(
    'keeps its key when the bytes of the secret are overwritten, for %d bytes',
    async (size) => {
      const bytes = Buffer.from('hmac-s3cret');
      const key = createKey(bytes);
      bytes.fill(0);
      const body = Buffer.alloc(size, 'spider');
      expect(await key.sign(body)).toBe(createHmac('sha256', 'hmac-s3cret').update(body).digest('hex'));
    },
  );

  it('hashes an unsigned body with SHA-256', async () => {
    const body = Buffer.from('{"event_type":"scan_started"}');
    expect(await sha256(body)).toBe(createHash('sha256').update(body).digest('hex'));
  });

  it('compares two digests as equal only if all characters are equal', () => {
    const digest = 'a'.repeat(64);
    expect(equalDigests(digest, 'a'.repeat(64))).toBe(true);
    for (let at = 0; at < 64; at++) {
      for (const other of ['b', 'š', 'ŁA'.charAt(0), '\u0161', '\u{2061}']) {
        expect(equalDigests(digest, digest.slice(0, at) + other + digest.slice(at + 1))).toBe(false);
      }
    }
  });
});

describe('verify()', () => {
  const secret = 'verify-s3cret';
  const body = '{"event_type":"scan_completed"}';
  const digest = createHmac('sha256', secret).update(body).digest('hex');

  it.each([
    ['with the prefix', `sha256=${digest}`],
    ['without the prefix', digest],
    ['with digits in upper case', digest.toUpperCase()],
    ['with everything in upper case', `SHA256=${digest.toUpperCase()}`],
  ])('verify() accepts a signature %s', async (_, signature) => {
    expect(await verify(secret, body, signature)).toBe(true);
    expect(await verify(secret, Buffer.from(body), signature)).toBe(true);
  });

  it.each([
    ['an empty string', ''],
    ['undefined', undefined],
    ['null', null],
    ['only the prefix', 'sha256='],
    ['63 digits', digest.slice(1)],
    ['65 digits', `${digest}0`],
    ['64 zeros', '0'.repeat(64)],
    ['64 letters that are not hexadecimal', 'z'.repeat(64)],
    ['64 U+0161, which Latin-1 folds into a', 'š'.repeat(64)],
    ['another algorithm', `sha512=${digest}`],
    ['white space before it', ` sha256=${digest}`],
    ['two signatures joined', `sha256=${digest}, sha256=${digest}`],
    ['the digest as base64', Buffer.from(digest, 'hex').toString('base64')],
  ])('verify() rejects %s', async (_, signature) => {
    expect(await verify(secret, body, signature)).toBe(false);
  });

  it('rejects a homoglyph of the right signature', async () => {
    const folded = digest.replace(/./g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x100));
    expect(await verify(secret, body, folded)).toBe(false);
  });

  it('returns false for any other header', async () => {
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', minLength: 64, maxLength: 64 }),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 64, maxLength: 64 }),
    );
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        fc.pre(text.toLowerCase() !== digest);
        expect(await verify(secret, body, text)).toBe(false);
        expect(await verify(secret, body, `sha256=${text}`)).toBe(false);
      }),
    );
  });

  it('rejects a body with one changed bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length * 8 - 1), async (bit) => {
        const bytes = Buffer.from(body);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await verify(secret, bytes, digest)).toBe(false);
      }),
    );
  });

  it('accepts only signatures of one of several secrets', async () => {
    const secrets = ['new', Buffer.from('old')];
    expect(await verify(secrets, body, await sign('new', body))).toBe(true);
    expect(await verify(secrets, body, await sign('old', body))).toBe(true);
    expect(await verify(secrets, body, await sign('older', body))).toBe(false);
    expect(await verify([], body, await sign('new', body))).toBe(false);
  });

  it('accepts the signature that sign() returns for any body and secret', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), fc.string(), async (drawn, text) => {
        const key = `k${drawn.trim()}`;
        expect(await verify(key, text, await sign(key, text))).toBe(true);
        expect(await verify(`${key}.`, text, await sign(key, text))).toBe(false);
      }),
    );
  });
});

describe('an invalid secret', () => {
  it.each([
    ['an empty string', ''],
    ['no bytes', new Uint8Array()],
    ['a string with a newline', 's3cret\n'],
  ])('sign() and verify() reject an invalid secret: %s', async (_, secret) => {
    await expect(sign(secret, 'x')).rejects.toThrow(ConfigurationError);
    for (const secrets of [secret, ['good', secret]]) {
      await expect(verify(secrets, 'x', '0'.repeat(64))).rejects.toThrow(ConfigurationError);
      await expect(verify(secrets, 'x', undefined)).rejects.toMatchObject({ option: 'secret' });
    }
  });
});
