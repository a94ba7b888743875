import type { ReceiverOptions } from '@spiderfoot-webhooks/core';
import {
  memoryLog,
  type RejectedRequest,
  type UnauthenticatedRejection,
} from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import type { Mount } from '../../support/adapters/mount.ts';
import { type Message, secret, send, start, webhook, withHeader } from '../../support/webhooks.ts';

const removed = '[removed]';

/** Starts a receiver that keeps rejected requests, and returns them. */
async function keeping(mount: Mount, options: Partial<ReceiverOptions> = {}) {
  const rejections: UnauthenticatedRejection[] = [];
  const log = {
    ...memoryLog(),
    recordRejection: (rejection: UnauthenticatedRejection) => void rejections.push(rejection),
  };
  const { at } = await start(mount, { log, keepRejected: 7, ...options });
  return { at, rejections, keptOf: async (message: Message) => kept(await sent(message)) };

  async function sent(message: Message): Promise<UnauthenticatedRejection | undefined> {
    await send(at, message);
    return rejections.at(-1);
  }
}

function kept(rejection: UnauthenticatedRejection | undefined): RejectedRequest {
  if (rejection?.request === undefined) throw new Error('The request is not kept');
  return rejection.request;
}

function headerOf({ headers }: RejectedRequest, name: string): string | undefined {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1];
}

const forged = (type: Parameters<typeof webhook>[0] = 'scan_completed') =>
  webhook(type, { secret: 'another' });

describe.each(mounts)('a kept request, over $name', (mount) => {
  it('has the method, the headers and the body of a request whose signature does not match', async () => {
    const { at, rejections } = await keeping(mount);
    const message = await forged();
    await send(at, message);
    await send(at, await webhook());
    expect(rejections).toMatchObject([{ code: 'invalid_signature', endpoint: 'default', keep: 7 }]);
    const request = kept(rejections[0]);
    expect(request).toMatchObject({ method: 'POST', truncated: false });
    expect(Buffer.from(request.body ?? [])).toEqual(message.body);
    for (const [name, value] of message.headers) expect(headerOf(request, name.toLowerCase())).toBe(value);
  });

  it('has no body if the body was not read', async () => {
    const { keptOf } = await keeping(mount);
    const request = await keptOf(withHeader(await webhook(), 'x-spiderfoot-signature', undefined));
    expect(request).toMatchObject({ method: 'POST', body: undefined, truncated: false });
  });

  it('has the first 64 KiB of a longer body', async () => {
    const { keptOf } = await keeping(mount);
    const message = await forged();
    const body = Buffer.concat([message.body, Buffer.alloc(100_000, 0x20)]);
    const request = await keptOf({ ...message, body });
    expect(request.truncated).toBe(true);
    expect(Buffer.from(request.body ?? [])).toEqual(body.subarray(0, 65_536));
    // A view would keep the complete body in memory.
    expect(request.body?.buffer.byteLength).toBe(65_536);
  });

  it.each([
    ['authorization', 'Bearer hush-hush'],
    ['proxy-authorization', 'Basic hush-hush'],
    ['cookie', 'session=hush-hush'],
    ['x-api-key', 'hush-hush'],
    ['x-auth-token', 'hush-hush'],
    ['x-amz-security-token', 'hush-hush'],
    ['x-note', `the secret is ${Buffer.from(secret).toString('latin1')}!`],
    ['x-note', `the secret is ${Buffer.from(secret).toString('base64')}`],
    ['x-note', `the secret is ${Buffer.from(secret).toString('base64url')}`],
    ['x-note', Buffer.from(`user:${secret}:x`).toString('base64')],
    ['x-note', Buffer.from(`user1:${secret}:x`).toString('base64url')],
    ['x-note', `0x${Buffer.from(secret).toString('hex')}`],
    ['x-note', Buffer.from(secret).toString('hex').toUpperCase()],
    ['x-spiderfoot-signature', Buffer.from(secret).toString('latin1')],
  ])('does not contain the value of the header %s: %s', async (name, value) => {
    const { keptOf } = await keeping(mount);
    const request = await keptOf(withHeader(await forged(), name, value));
    expect(headerOf(request, name)).toBe(removed);
    expect(JSON.stringify(request.headers)).not.toContain('hush');
  });

  it('contains a signature that is read from a header with another name, but never an authorization', async () => {
    const { keptOf } = await keeping(mount, { signatureHeader: ['x-auth-digest', 'authorization'] });
    const message = withHeader(withHeader(await forged(), 'x-auth-digest', 'sha256=1'), 'authorization', 'a');
    const request = await keptOf(message);
    expect(headerOf(request, 'x-auth-digest')).toBe('sha256=1');
    expect(headerOf(request, 'authorization')).toBe(removed);
  });

  it('has no body if the body contains the secret, also across the end of the kept bytes', async () => {
    const { keptOf } = await keeping(mount, { secret: ['new-hush-hush', Buffer.from('old-hush-hush')] });
    for (const [before, text] of [
      [10, 'new-hush-hush'],
      [65_530, 'old-hush-hush'],
    ] as const) {
      const message = await forged();
      const body = Buffer.concat([Buffer.alloc(before, 0x20), Buffer.from(text), Buffer.alloc(100)]);
      expect(await keptOf({ ...message, body })).toMatchObject({ body: undefined, truncated: false });
    }
  });

  it.each(['hex', 'base64', 'base64url'] as const)(
    'has no body if the body contains the secret in %s, also across the end of the kept bytes',
    async (encoding) => {
      const { keptOf } = await keeping(mount);
      const encoded = Buffer.from(`key=${secret};`).toString(encoding);
      for (const [before, text] of [
        [10, encoded.toUpperCase()],
        [65_526, encoded],
      ] as const) {
        const body = Buffer.concat([Buffer.alloc(before, 0x20), Buffer.from(text), Buffer.alloc(100)]);
        expect(await keptOf({ ...(await forged()), body })).toMatchObject({ body: undefined });
      }
    },
  );

  it('has no query of a URL, also of a URL in a header', async () => {
    const { at, rejections } = await keeping(mount);
    const message = withHeader(await forged(), 'referer', 'https://example.com/a?token=hush-hush');
    await send({ ...at, path: `${at.path}?key=hush-hush` }, message);
    const request = kept(rejections[0]);
    expect(headerOf(request, 'referer')).toBe('https://example.com/a');
    expect(JSON.stringify(request)).not.toContain('hush');
  });

  it('has a bounded number and size of headers', async () => {
    const { keptOf } = await keeping(mount);
    const message = await forged();
    const many = Array.from({ length: 150 }, (_, n) => [`x-${n}`, 'y'] as const);
    const request = await keptOf({
      ...message,
      headers: [...message.headers, ['a-long', 'z'.repeat(6000)], ...many],
    });
    expect(request.headers).toHaveLength(100);
    expect(headerOf(request, 'a-long')).toBe('z'.repeat(4096));
  });

  it('is not recorded without the option keepRejected', async () => {
    const { at, rejections } = await keeping(mount, { keepRejected: 0 });
    await send(at, await forged());
    expect(rejections).toMatchObject([{ code: 'invalid_signature' }]);
    expect(rejections[0]).not.toHaveProperty('request');
  });
});
