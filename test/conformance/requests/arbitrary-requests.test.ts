import { parseEvent, type RejectionCode, rejections, sign } from '@spiderfoot-webhooks/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneMountEach } from '../../support/adapters/index.ts';
import type { Running } from '../../support/adapters/mount.ts';
import { bytesOf, connectTo, type Message, secret, start } from '../../support/webhooks.ts';

const bodyTimeout = 3000;
const runs = (numRuns: number) => ({ numRuns, endOnFailure: true });

/** Returns the status of a complete response. A hang, a reset or a response of another program fails the test. */
async function statusFor(at: Running, message: Message, framing: 'length' | 'chunked'): Promise<number> {
  const client = await connectTo(at);
  await client.write(bytesOf(at, message, { framing }));
  const { status, headers, body } = await client.response();
  client.destroy();
  const { code }: { readonly code?: RejectionCode } = JSON.parse(body);
  expect(headers['content-length']).toBe(String(body.length));
  expect(code === undefined ? 200 : rejections[code].status).toBe(status);
  return status;
}

const json: Message['headers'] = [['content-type', 'application/json']];

const framing = fc.constantFrom('length', 'chunked');
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => Buffer.from(text)),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
);
/** A valid header value. White space around it is not part of it. */
const latin1 = fc
  .uint8Array({ maxLength: 100 })
  .map((value) => Buffer.from(value.filter((byte) => (byte >= 0x20 && byte !== 0x7f) || byte === 9)))
  .map((value) => value.toString('latin1').trim());

const header = fc.tuple(
  fc.oneof(
    fc.constantFrom(
      'content-type',
      'content-encoding',
      'x-spiderfoot-signature',
      'x-spiderfoot-event',
      'x-forwarded-for',
      'forwarded',
      'accept',
      'accept-encoding',
      'authorization',
      'cookie',
      'origin',
      'range',
      'if-none-match',
      'x-http-method-override',
      '__proto__',
      'constructor',
    ),
    fc.stringMatching(/^x-[a-z0-9_!#$%&'*+.^`|~-]{1,20}$/),
  ),
  fc.oneof(
    latin1,
    fc.constantFrom('application/json', 'identity', 'gzip', '127.0.0.1', '::1', '[', '%', '0'),
  ),
);

let serial = 0;

/** Events that are valid with any data. All are different. */
const event = fc
  .record({
    event_type: fc.oneof(fc.constantFrom('scan.archived', 'event.new', 'x'), fc.string({ minLength: 1 })),
    timestamp: fc.oneof(fc.integer({ min: 0, max: 4e9 }), fc.double({ min: 0, max: 4e9, noNaN: true })),
    payload: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })),
  })
  .map((value) => JSON.stringify({ ...value, serial: serial++ }));

describe.each(oneMountEach)('arbitrary requests over $name', (mount) => {
  it('rejects unsigned requests with arbitrary bytes and headers', async () => {
    const { at, handled } = await start(mount, { bodyTimeout, trustedProxies: ['loopback'] });
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(header, { maxLength: 6 }), framing, async (body, headers, by) => {
        const message = { method: 'POST', headers, body: Buffer.from(body) };
        expect(await statusFor(at, message, by)).toBeOneOf([401, 415]);
      }),
      runs(100),
    );
    expect(handled).toEqual([]);
  });

  it('handles signed requests with arbitrary bytes like parseEvent', async () => {
    const { at, outcomes } = await start(mount, { bodyTimeout });
    await fc.assert(
      fc.asyncProperty(bytes, framing, async (drawn, by) => {
        const body = Buffer.from(drawn);
        const headers = [...json, ['x-spiderfoot-signature', await sign(secret, body)]] as const;
        const parsed = parseEvent(body);
        const status = parsed.status === 'parsed' ? 200 : rejections[parsed.code].status;
        expect(await statusFor(at, { method: 'POST', headers, body }, by)).toBe(status);
      }),
      runs(100),
    );
    expect(outcomes).not.toEqual([]);
  });

  it('delivers signed events with arbitrary data unchanged', async () => {
    const { at, handled } = await start(mount, { bodyTimeout });
    await fc.assert(
      fc.asyncProperty(event, framing, async (text, by) => {
        const body = Buffer.from(text);
        const headers = [...json, ['x-spiderfoot-signature', await sign(secret, body)]] as const;
        expect(await statusFor(at, { method: 'POST', headers, body }, by)).toBe(200);
        expect(handled.at(-1)?.context.wire.body).toBe(text);
        const { payload } = JSON.parse(text);
        // The schemas remove this key.
        Reflect.deleteProperty(payload, '__proto__');
        expect(handled.at(-1)?.event.data).toEqual(payload);
      }),
      runs(100),
    );
  });

  it('rejects a request whose signature or body has any change, and accepts the original', async () => {
    const { at, handled } = await start(mount, { bodyTimeout });
    const change = fc.oneof(
      fc.record({ kind: fc.constant('digit'), at: fc.nat(63), by: fc.integer({ min: 1, max: 15 }) }),
      fc.record({ kind: fc.constant('byte'), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ kind: fc.constant('cut'), at: fc.nat(63), by: fc.constant(0) }),
      fc.record({ kind: fc.constant('value'), at: fc.constant(0), by: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(
        event,
        change,
        latin1,
        framing,
        async (text, { kind, at: position, by }, value, framing) => {
          const genuine = Buffer.from(text);
          const digest = (await sign(secret, genuine)).slice('sha256='.length);
          const digit = Number.parseInt(digest[position] ?? '', 16) ^ by;
          const changed = {
            digit: `${digest.slice(0, position)}${digit.toString(16)}${digest.slice(position + 1)}`,
            byte: digest,
            cut: digest.slice(0, position),
            value,
          }[kind];
          const body = Buffer.from(genuine);
          if (kind === 'byte')
            body[position % body.byteLength] = (body[position % body.byteLength] ?? 0) ^ by;
          const before = handled.length;
          const headersOf = (signature = '') => [...json, ['x-spiderfoot-signature', signature]] as const;
          const forged = { method: 'POST', headers: headersOf(changed), body };
          expect(await statusFor(at, forged, framing)).toBe(401);
          expect(handled).toHaveLength(before);
          const right = { method: 'POST', headers: headersOf(digest), body: genuine };
          expect(await statusFor(at, right, framing)).toBe(200);
        },
      ),
      runs(60),
    );
  });
});
