import { parseEvent, type RejectionCode, rejections, sign } from '@spiderfoot-webhooks/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneMountEach } from '../../support/adapters/index.ts';
import type { Running } from '../../support/adapters/mount.ts';
import { bytesOf, connectTo, type Message, secret, start } from '../../support/webhooks.ts';

const bodyTimeout = 3000;
const runs = (numRuns: number) => ({ numRuns, endOnFailure: true });

/** Whole answers alone: a hang, a reset or an answer that is not ours fails. */
async function answerTo(at: Running, message: Message, framing: 'length' | 'chunked'): Promise<number> {
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
/** What may stand in a header's value; white space around it is not part of it. */
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

/** Events that are valid whatever they hold; no two are the same. */
const event = fc
  .record({
    event_type: fc.oneof(fc.constantFrom('scan.archived', 'event.new', 'x'), fc.string({ minLength: 1 })),
    timestamp: fc.oneof(fc.integer({ min: 0, max: 4e9 }), fc.double({ min: 0, max: 4e9, noNaN: true })),
    payload: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })),
  })
  .map((value) => JSON.stringify({ ...value, serial: serial++ }));

describe.each(oneMountEach)('whatever comes over $name', (mount) => {
  it('unsigned, in bytes and headers, is rejected', async () => {
    const { at, handled } = await start(mount, { bodyTimeout, trustedProxies: ['loopback'] });
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(header, { maxLength: 6 }), framing, async (body, headers, by) => {
        const message = { method: 'POST', headers, body: Buffer.from(body) };
        expect(await answerTo(at, message, by)).toBeOneOf([401, 415]);
      }),
      runs(100),
    );
    expect(handled).toEqual([]);
  });

  it('signed, in any bytes, is what parsing says', async () => {
    const { at, outcomes } = await start(mount, { bodyTimeout });
    await fc.assert(
      fc.asyncProperty(bytes, framing, async (drawn, by) => {
        const body = Buffer.from(drawn);
        const headers = [...json, ['x-spiderfoot-signature', await sign(secret, body)]] as const;
        const parsed = parseEvent(body);
        const status = parsed.status === 'parsed' ? 200 : rejections[parsed.code].status;
        expect(await answerTo(at, { method: 'POST', headers, body }, by)).toBe(status);
      }),
      runs(100),
    );
    expect(outcomes).not.toEqual([]);
  });

  it('signed, as an event that holds anything, is accepted and arrives whole', async () => {
    const { at, handled } = await start(mount, { bodyTimeout });
    await fc.assert(
      fc.asyncProperty(event, framing, async (text, by) => {
        const body = Buffer.from(text);
        const headers = [...json, ['x-spiderfoot-signature', await sign(secret, body)]] as const;
        expect(await answerTo(at, { method: 'POST', headers, body }, by)).toBe(200);
        expect(handled.at(-1)?.context.wire.body).toBe(text);
        const { payload } = JSON.parse(text);
        // The schemas leave this one out.
        Reflect.deleteProperty(payload, '__proto__');
        expect(handled.at(-1)?.event.data).toEqual(payload);
      }),
      runs(100),
    );
  });

  it('with a signature that is changed in the least is rejected, and otherwise accepted', async () => {
    const { at, handled } = await start(mount, { bodyTimeout });
    const change = fc.oneof(
      fc.record({ what: fc.constant('digit'), at: fc.nat(63), by: fc.integer({ min: 1, max: 15 }) }),
      fc.record({ what: fc.constant('byte'), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ what: fc.constant('cut'), at: fc.nat(63), by: fc.constant(0) }),
      fc.record({ what: fc.constant('value'), at: fc.constant(0), by: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(
        event,
        change,
        latin1,
        framing,
        async (text, { what, at: where, by }, value, framing) => {
          const genuine = Buffer.from(text);
          const digest = (await sign(secret, genuine)).slice('sha256='.length);
          const digit = Number.parseInt(digest[where] ?? '', 16) ^ by;
          const changed = {
            digit: `${digest.slice(0, where)}${digit.toString(16)}${digest.slice(where + 1)}`,
            byte: digest,
            cut: digest.slice(0, where),
            value,
          }[what];
          const body = Buffer.from(genuine);
          if (what === 'byte') body[where % body.byteLength] = (body[where % body.byteLength] ?? 0) ^ by;
          const before = handled.length;
          const headersOf = (signature = '') => [...json, ['x-spiderfoot-signature', signature]] as const;
          const forged = { method: 'POST', headers: headersOf(changed), body };
          expect(await answerTo(at, forged, framing)).toBe(401);
          expect(handled).toHaveLength(before);
          const right = { method: 'POST', headers: headersOf(digest), body: genuine };
          expect(await answerTo(at, right, framing)).toBe(200);
        },
      ),
      runs(60),
    );
  });
});
