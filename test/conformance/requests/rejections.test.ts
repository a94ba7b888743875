import type { RejectionCode } from '@spiderfoot-webhooks/core';
import { memoryLog } from '@spiderfoot-webhooks/core/stores';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import {
  defaultHeaders,
  type Message,
  rejection,
  relevantHeaders,
  resultOf,
  send,
  signed,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

const epoch = 1_704_110_400_000;
const now = () => epoch;
const secondsLater = (seconds: number) => new Date(epoch + seconds * 1000);

describe.each(mounts)('a rejection, over $name', (mount) => {
  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'rejects the method %s and names the allowed method',
    async (method) => {
      const { at, handled } = await start(mount);
      const response = await send(at, { ...(await webhook()), method });
      expect(relevantHeaders(response)).toEqual({ ...defaultHeaders, allow: 'POST' });
      expect(response.status).toBe(405);
      // A response to HEAD has no body, only its length.
      if (method !== 'HEAD') expect(resultOf(response)).toEqual(rejection('method_not_allowed'));
      expect(handled).toEqual([]);
    },
  );

  it.each<[RejectionCode, string, string | undefined]>([
    ['unsupported_media_type', 'content-type', undefined],
    ['unsupported_media_type', 'content-type', 'text/plain'],
    ['unsupported_media_type', 'content-type', 'application/x-www-form-urlencoded'],
    ['unsupported_media_type', 'content-type', 'multipart/form-data; boundary=application/json'],
    ['unsupported_media_type', 'content-type', 'application/json; charset=utf-16'],
    ['unsupported_media_type', 'content-type', 'application/jsonp'],
    ['unsupported_encoding', 'content-encoding', 'gzip'],
    ['unsupported_encoding', 'content-encoding', 'br'],
    ['unsupported_encoding', 'content-encoding', 'identity, gzip'],
    ['missing_signature', 'x-spiderfoot-signature', undefined],
  ])('rejects with %s for the header %s: %s', async (code, name, value) => {
    const { at, handled, outcomes } = await start(mount);
    const response = await send(at, withHeader(await webhook(), name, value));
    expect(resultOf(response)).toEqual(rejection(code));
    expect(relevantHeaders(response)).toEqual(defaultHeaders);
    expect(outcomes).toEqual([{ status: 'rejected', code }]);
    expect(handled).toEqual([]);
  });

  it.each([
    ['content-type', 'application/json; charset=utf-8'],
    ['content-type', 'Application/JSON;Charset="UTF-8"'],
    ['content-type', 'application/vnd.spiderfoot+json'],
    ['content-encoding', 'identity'],
  ])('accepts the header %s: %s', async (name, value) => {
    const { at } = await start(mount);
    expect(resultOf(await send(at, withHeader(await webhook(), name, value)))).toEqual(success);
  });

  it('rejects an address that is not in allowedIps', async () => {
    const { at, handled } = await start(mount, { allowedIps: ['192.0.2.0/24', '2001:db8::/32'] });
    const response = await send(at, await webhook());
    expect(resultOf(response)).toEqual(rejection('ip_not_allowed'));
    expect(relevantHeaders(response)).toEqual(defaultHeaders);
    expect(handled).toEqual([]);
  });

  it('rejects an unknown address if allowedIps is set', async () => {
    const mountOptions = { clientIp: (header: (name: string) => string | undefined) => header('x-client') };
    const { at } = await start(mount, { allowedIps: ['loopback', '192.0.2.0/24'] }, mountOptions);
    const message = await webhook();
    expect(resultOf(await send(at, message))).toEqual(rejection('ip_not_allowed'));
    for (const address of ['garbage', '010.0.0.1', '192.0.2.1, 192.0.2.1', '203.0.113.1']) {
      const response = await send(at, withHeader(message, 'x-client', address));
      expect(resultOf(response), address).toEqual(rejection('ip_not_allowed'));
    }
    expect(resultOf(await send(at, withHeader(message, 'x-client', '192.0.2.1')))).toEqual(success);
  });

  it.each([-301, 301, -86_400 * 365])(
    'rejects an event %s s from now with a tolerance of 300 s',
    async (offset) => {
      const log = memoryLog();
      const { at, handled } = await start(mount, { tolerance: 300, now, log });
      const response = await send(at, await webhook('scan_started', { timestamp: secondsLater(offset) }));
      expect(resultOf(response)).toEqual(rejection('stale_event'));
      expect(relevantHeaders(response)).toEqual(defaultHeaders);
      expect(handled).toEqual([]);
      expect((await log.list()).deliveries).toMatchObject([{ state: 'rejected', code: 'stale_event' }]);
      for (const near of [-300, 0, 300]) {
        const timestamp = secondsLater(near);
        expect(resultOf(await send(at, await webhook('scan_started', { timestamp })))).toEqual(success);
      }
    },
  );

  it('rejects a body that a middleware has read, without waiting', async () => {
    const { at, handled } = await start(mount, {}, { readBodyFirst: true });
    const response = await send(at, await webhook());
    expect(resultOf(response)).toEqual(rejection('body_already_parsed'));
    expect(relevantHeaders(response)).toEqual(defaultHeaders);
    expect(handled).toEqual([]);
  });

  it('rejects with the code of the first failed check', async () => {
    const rateLimiter = new RateLimiterMemory({ points: 1, duration: 60 });
    await rateLimiter.consume('127.0.0.1');
    const options = {
      maxBodySize: 40,
      tolerance: 300,
      now,
    };
    const allWrong: Message = {
      method: 'PUT',
      headers: [
        ['content-type', 'text/plain'],
        ['content-encoding', 'gzip'],
        ['x-spiderfoot-signature', 'sha256=1'],
      ],
      body: Buffer.alloc(41, '{'),
    };
    const limited = await start(mount, { ...options, rateLimiter, allowedIps: ['192.0.2.1'] });
    const code = async (at: typeof limited.at, message: Message) =>
      JSON.parse((await send(at, message)).body).code;
    const posted = { ...allWrong, method: 'POST' };
    expect(await code(limited.at, allWrong)).toBe('method_not_allowed');
    expect(await code(limited.at, posted)).toBe('ip_not_allowed');
    expect(await code((await start(mount, { ...options, rateLimiter })).at, posted)).toBe('rate_limited');
    const { at } = await start(mount, options);
    expect(await code(at, posted)).toBe('unsupported_media_type');
    const typed = withHeader(posted, 'content-type', 'application/json');
    expect(await code(at, typed)).toBe('unsupported_encoding');
    const encoded = withHeader(typed, 'content-encoding', undefined);
    expect(await code(at, encoded)).toBe('body_too_large');
    const small = { ...encoded, body: Buffer.from('{') };
    expect(await code(at, small)).toBe('invalid_signature');
    expect(await code(at, await signed('{'))).toBe('invalid_json');
    expect(await code(at, await signed('{"event_type":1}'))).toBe('invalid_event');
  });
});
