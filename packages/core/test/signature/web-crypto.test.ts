import { expect, it, vi } from 'vitest';
import { createReceiver, sign, verify } from '../../src/index.ts';
import { signedDelivery, signedWebhook } from '../../src/testing/index.ts';

// Simulate a runtime that has no node:crypto.
vi.mock('#hmac', () => import('../../src/signature/hmac.web.ts'));
vi.mock('#utf8', () => import('../../src/data/utf8.web.ts'));

const secret = 'web-crypto-s3cret-ünïcode';

it('the HMAC of Web Crypto accepts only signatures of one of the secrets', async () => {
  const body = 'a body with ünïcode';
  for (const signer of [secret, 'the previous one']) {
    const signature = await sign(signer, body);
    expect(await verify(secret, body, signature)).toBe(signer === secret);
    expect(await verify([secret, 'the previous one'], body, signature)).toBe(true);
    expect(await verify(['another', 'a third'], body, signature)).toBe(false);
    expect(await verify([secret, 'the previous one'], `${body} `, signature)).toBe(false);
  }
});

it('a receiver on Web Crypto processes a genuine delivery once and rejects a forged one', async () => {
  const receiver = createReceiver({ secret: ['another', secret] });
  const handler = vi.fn();
  receiver.on('scan_completed', handler);
  const timestamp = new Date();
  const { headers } = await signedWebhook('scan_completed', { secret, timestamp });
  const digest = headers['x-spiderfoot-signature']?.slice('sha256='.length) ?? '';
  const send = async () => receiver.receive(await signedDelivery('scan_completed', { secret, timestamp }));
  const id = digest.slice(0, 32);
  expect(await send()).toMatchObject({ status: 'processed', id });
  expect(await send()).toMatchObject({ status: 'duplicate', id });
  const forged = await signedDelivery('scan_completed', { secret: 'a third' });
  expect(await receiver.receive(forged)).toEqual({ status: 'rejected', code: 'invalid_signature' });
  expect(handler).toHaveBeenCalledOnce();
});

it('a receiver on Web Crypto identifies an unsigned delivery by its body', async () => {
  const receiver = createReceiver({ secret: false });
  const timestamp = new Date();
  const send = async () =>
    receiver.receive(await signedDelivery('scan_completed', { secret: false, timestamp }));
  expect(await send()).toMatchObject({ status: 'processed', id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(await send()).toMatchObject({ status: 'duplicate' });
});
