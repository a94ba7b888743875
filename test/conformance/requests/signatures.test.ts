import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  connectTo,
  headerOf,
  headOf,
  rejection,
  resultOf,
  secret,
  send,
  signed,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const name = 'x-spiderfoot-signature';
const invalid = rejection('invalid_signature');

describe.each(mounts)('a signature, over $name', (mount) => {
  it('accepts a signature with or without its prefix, in any case, from a header in any case', async () => {
    const { at, handled } = await start(mount);
    const shapes: readonly ((signature: string) => string)[] = [
      (signature) => signature,
      (signature) => signature.slice('sha256='.length),
      (signature) => signature.toUpperCase(),
      (signature) => signature.slice('sha256='.length).toUpperCase(),
      (signature) => `  ${signature}\t`,
    ];
    for (const shape of shapes) {
      const message = await webhook();
      const value = shape(headerOf(message, name));
      expect(resultOf(await send(at, withHeader(message, name, value))), value).toEqual(success);
    }
    const message = await webhook();
    const shouted = {
      ...withHeader(message, name, undefined),
      headers: [['X-Spiderfoot-Signature', headerOf(message, name)]] as const,
    };
    expect(resultOf(await send(at, withHeader(shouted, 'CONTENT-TYPE', 'application/json')))).toEqual(
      success,
    );
    expect(handled).toHaveLength(shapes.length + 1);
  });

  it('rejects a signature in any other format without disclosing the right one', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    const right = headerOf(message, name);
    const digest = right.slice('sha256='.length);
    const forms = [
      '',
      'sha256=',
      'sha256',
      digest.slice(0, 63),
      `${digest}0`,
      digest.slice(0, 32),
      `sha256=${digest.slice(0, 63)}`,
      `sha256=${digest}0`,
      `sha256=${digest}${digest}`,
      `sha256=sha256=${digest}`,
      `sha1=${digest}`,
      `sha512=${digest}`,
      `sha256:${digest}`,
      `sha256 ${digest}`,
      `sha256==${digest.slice(1)}`,
      `"${right}"`,
      `${right}, ${right}`,
      `${right},${right}`,
      `${right}, sha256=${'0'.repeat(64)}`,
      // A decoder would stop at the invalid digit, and only the digits before it would be compared.
      `sha256=${digest.slice(0, 62)}zz`,
      `sha256=${digest.slice(0, 62)}  z`,
      `sha256=${'g'.repeat(64)}`,
      `sha256=${'0'.repeat(64)}`,
      // All digits but the last are right, or none is.
      `sha256=${digest.slice(0, 63)}${digest.endsWith('0') ? '1' : '0'}`,
      `sha256=${digest.replace(/./g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))}`,
      Buffer.from(digest, 'hex').toString('base64'),
      '{}',
      '[object Object]',
      '0',
      'undefined',
      'a'.repeat(8000),
    ];
    for (const form of forms) {
      const response = await send(at, withHeader(message, name, form));
      expect(resultOf(response), form).toEqual(invalid);
      const answer = JSON.stringify(response);
      for (const hidden of [digest, digest.slice(0, 16), secret]) expect(answer, form).not.toContain(hidden);
    }
    expect(handled).toEqual([]);
  });

  it('rejects digits that become the right ones only when they are cut to one byte', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    const digest = headerOf(message, name).slice('sha256='.length);
    // Cut to one byte, U+0161 is an `a` and U+0130 a `0`. They are sent as two bytes in UTF-8, or as one in Latin-1.
    const folded = digest.replace(/[0-9a-f]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x100));
    const fullWidth = digest.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    const highBit = Buffer.from(digest).map((byte) => byte | 0x80);
    const values = [Buffer.from(folded), Buffer.from(fullWidth), highBit, Buffer.alloc(64, 0xe1)];
    for (const prefix of ['', 'sha256=']) {
      for (const bytes of values) {
        const value = prefix + Buffer.from(bytes).toString('latin1');
        expect(resultOf(await send(at, withHeader(message, name, value)))).toEqual(invalid);
      }
    }
    expect(handled).toEqual([]);
  });

  it('rejects a repeated signature header, even if both values are right', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    const right = headerOf(message, name);
    for (const second of [right, '', `sha256=${'0'.repeat(64)}`]) {
      const twice = { ...message, headers: [...message.headers, [name, second] as const] };
      expect(resultOf(await send(at, twice))).toEqual(invalid);
    }
    expect(handled).toEqual([]);
  });

  it('rejects a body in which any byte was changed', async () => {
    const { at, handled } = await start(mount);
    const message = await signed(
      '{"event_type":"scan_started","timestamp":1704110400.5,"payload":{"a":1.0}}',
    );
    for (let i = 0; i < message.body.byteLength; i++) {
      const body = Buffer.from(message.body);
      body[i] = (body[i] ?? 0) ^ 1;
      expect(resultOf(await send(at, { ...message, body })), `byte ${i}`).toEqual(invalid);
    }
    const text = message.body.toString();
    const rewritten = [
      JSON.stringify(JSON.parse(text)),
      `${text}\n`,
      ` ${text}`,
      `\ufeff${text}`,
      text.slice(0, -1),
      '',
    ];
    for (const body of rewritten) {
      expect(resultOf(await send(at, { ...message, body: Buffer.from(body) })), body).toEqual(invalid);
    }
    expect(handled).toEqual([]);
    expect(resultOf(await send(at, message))).toEqual(success);
  });

  it('rejects a signature with another secret, of another message or of an empty body', async () => {
    const { at, handled } = await start(mount);
    const message = await webhook();
    const other = headerOf(await webhook(), name);
    expect(resultOf(await send(at, withHeader(message, name, other)))).toEqual(invalid);
    expect(resultOf(await send(at, await webhook('scan_started', { secret: `${secret}x` })))).toEqual(
      invalid,
    );
    expect(
      resultOf(await send(at, await webhook('scan_started', { secret: secret.normalize('NFD') }))),
    ).toEqual(invalid);
    const empty = await signed('');
    expect(resultOf(await send(at, { ...message, headers: empty.headers }))).toEqual(invalid);
    expect(handled).toEqual([]);
  });

  it('reads the signature from the headers in signatureHeader, in their order', async () => {
    const { at } = await start(mount, {
      signatureHeader: ['X-SpiderFoot-Signature-256', 'x-spiderfoot-signature'],
    });
    const message = await webhook();
    const right = headerOf(message, name);
    const elsewhere = withHeader(withHeader(message, name, undefined), 'x-spiderfoot-signature-256', right);
    expect(resultOf(await send(at, withHeader(elsewhere, name, 'wrong')))).toEqual(success);
    expect(resultOf(await send(at, withHeader(message, 'x-spiderfoot-signature-256', 'wrong')))).toEqual(
      invalid,
    );
    expect(resultOf(await send(at, withHeader(message, 'x-signature', right)))).toEqual({
      ...success,
      body: expect.objectContaining({ status: 'duplicate' }),
    });
    expect(resultOf(await send(at, withHeader(message, name, undefined)))).toEqual(
      rejection('missing_signature'),
    );
  });

  it('does not require a signature with secret: false', async () => {
    const { at, handled } = await start(mount, { secret: false });
    const message = await webhook();
    expect(resultOf(await send(at, withHeader(message, name, undefined)))).toEqual(success);
    expect(resultOf(await send(at, withHeader(await webhook(), name, 'wrong')))).toEqual(success);
    expect(handled).toHaveLength(2);
  });

  it('rejects a missing or malformed signature before the body arrives', async () => {
    const { at } = await start(mount);
    const message = await webhook();
    for (const value of [undefined, 'wrong']) {
      const client = await connectTo(at);
      await client.write(headOf(at, withHeader(message, name, value)));
      expect(resultOf(await client.response())).toEqual(
        value === undefined ? rejection('missing_signature') : invalid,
      );
    }
  });
});
