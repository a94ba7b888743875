import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nodeMounts } from '../../support/adapters/index.ts';
import {
  bytesOf,
  connectTo,
  headerOf,
  headOf,
  type Message,
  rejection,
  resultOf,
  send,
  signed,
  start,
  success,
  webhook,
  withHeader,
} from '../../support/webhooks.ts';

type Alter = (req: IncomingMessage, res: ServerResponse) => void;

const framings = ['length', 'chunked'] as const;
const target = 'exämple.com 日本 😀 ';

let serial = 0;

/** Returns a genuine event of the given size, and the same event with a forged signature. */
async function pair(size: number): Promise<{ readonly genuine: Message; readonly forged: Message }> {
  const data = { serial: serial++, target: target.repeat(size) };
  const genuine = await signed(JSON.stringify({ event_type: 'scan_completed', timestamp: 1.7e9, data }));
  return {
    genuine,
    forged: withHeader(genuine, 'x-spiderfoot-signature', `sha256=${'0'.repeat(64)}`),
  };
}

const setEncoding =
  (encoding: BufferEncoding): Alter =>
  (req) =>
    void req.setEncoding(encoding);

/** Defines a property that throws, as `req.body` of some platforms does if the body is not JSON. */
const throwing =
  (name: string): Alter =>
  (req) =>
    void Object.defineProperty(req, name, {
      get() {
        throw new SyntaxError('Invalid JSON');
      },
    });

const collect =
  (empty: unknown): Alter =>
  (req) => {
    const carrier = Object.assign(req, { rawBody: empty });
    req.on('data', (chunk) => {
      carrier.rawBody += chunk;
    });
  };

/** Wraps methods so that they return nothing, as the wrappers of many middlewares do. */
const silent =
  (...names: readonly ('on' | 'once' | 'off' | 'addListener' | 'resume' | 'destroy')[]): Alter =>
  (req) => {
    for (const name of names) {
      const method: unknown = Reflect.get(req, name);
      if (typeof method !== 'function') continue;
      Object.assign(req, {
        [name](this: unknown, ...parameters: unknown[]) {
          Reflect.apply(method, this, parameters);
        },
      });
    }
  };

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

/** Changes after which the bytes can still be read. */
const recoverable: readonly (readonly [string, Alter])[] = [
  ...(['utf8', 'latin1', 'binary', 'hex', 'base64', 'base64url'] as const).map(
    (encoding) => [`setEncoding('${encoding}')`, setEncoding(encoding)] as const,
  ),
  ["setEncoding('utf8') and a listener", (req) => void req.setEncoding('utf8').on('data', () => {})],
  ['pause()', (req) => void req.pause()],
  ["pause() and setEncoding('hex')", (req) => void req.setEncoding('hex').pause()],
  ['a listener that pauses at each chunk', (req) => void req.on('data', () => void req.pause())],
  ['a listener that waits for the first chunk', (req) => void req.once('readable', () => {})],
  ['an empty rawBody', (req) => void Object.assign(req, { rawBody: '' })],
  ['an empty body', (req) => void Object.assign(req, { body: '' })],
  ['an empty rawBody of bytes', (req) => void Object.assign(req, { rawBody: Buffer.alloc(0) })],
  ['an empty object as body', (req) => void Object.assign(req, { body: {} })],
  ['a list of chunks as rawBody', (req) => void Object.assign(req, { rawBody: [] })],
  ['a rawBody that is being collected', collect('')],
  [
    'a rawBody of text that is being collected',
    (req, res) => {
      req.setEncoding('utf8');
      collect('')(req, res);
    },
  ],
  ['an on() that returns nothing', silent('on', 'addListener')],
  ['a once() and an off() that return nothing', silent('once', 'off')],
  ['a resume() and a destroy() that return nothing', silent('resume', 'destroy')],
  ['a body that throws', throwing('body')],
  ['a rawBody that throws', throwing('rawBody')],
];

describe.each(nodeMounts)('over $name', (mount) => {
  it.each(recoverable)('a genuine event is handled and a forged one rejected after %s', async (_, before) => {
    const { at, handled } = await start(mount, {}, { before });
    for (const size of [1, 6000]) {
      const { genuine, forged } = await pair(size);
      for (const framing of framings) {
        expect(resultOf(await send(at, forged, { framing }))).toEqual(rejection('invalid_signature'));
      }
      expect(resultOf(await send(at, genuine, { framing: size === 1 ? 'length' : 'chunked' }))).toEqual(
        success,
      );
    }
    expect(handled.map(({ event }) => event.data)).toMatchObject([
      { target },
      { target: target.repeat(6000) },
    ]);
  });

  it.each(['utf8', 'hex', 'base64', 'latin1'] as const)(
    'characters that are split between chunks are kept after setEncoding(%j)',
    async (encoding) => {
      const { at } = await start(mount, {}, { before: setEncoding(encoding) });
      const { genuine } = await pair(3);
      const client = await connectTo(at);
      await client.write(headOf(at, genuine));
      for (const byte of genuine.body) await client.write(Uint8Array.of(byte));
      expect(resultOf(await client.response())).toEqual(success);
    },
  );

  it("UTF-16 text is turned back to bytes after setEncoding('utf16le'), unless a byte is lost", async () => {
    const { at } = await start(mount, {}, { before: setEncoding('utf16le') });
    const even = await signed('{"event_type":"scan_started","timestamp":1700000000,"payload":{}} ');
    expect(even.body.byteLength % 2).toBe(0);
    expect(resultOf(await send(at, even))).toEqual(success);
    const odd = await signed('{"event_type":"scan_started","timestamp":1700000000,"payload":{}}');
    expect(resultOf(await send(at, odd))).toEqual(rejection('body_already_parsed'));
  });

  it("invalid UTF-8 after setEncoding('utf8') is rejected, and the next event is handled", async () => {
    const { at, handled } = await start(mount, {}, { before: setEncoding('utf8') });
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0x22, 0xf0, 0x9f]]) {
      const invalid = await signed(Uint8Array.from(bytes));
      expect(resultOf(await send(at, invalid))).toEqual(rejection('body_already_parsed'));
      expect([401, 500]).toContain((await send(at, invalid, { framing: 'chunked' })).status);
    }
    expect(resultOf(await send(at, await webhook()))).toEqual(success);
    expect(handled).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['an object', { chunk: 1 }],
    ['a number', 5],
    ['a Date', new Date(0)],
    ['a detached buffer', detached()],
    ['a proxy of a buffer', new Proxy(Buffer.from('{'), {})],
  ])('a stream that yields %s is rejected with body_already_parsed', async (_, chunk) => {
    const before: Alter = (req) => setImmediate(() => req.emit('data', chunk));
    const { at } = await start(mount, {}, { before });
    const message = await webhook();
    const client = await connectTo(at);
    await client.write(headOf(at, message));
    expect(resultOf(await client.response())).toEqual(rejection('body_already_parsed'));
  });

  it('a stream whose socket is destroyed is an aborted request', async () => {
    const { at, outcomes } = await start(mount, {}, { before: (req) => void req.socket.destroy() });
    const client = await connectTo(at);
    await client.write(headOf(at, await webhook()));
    await client.rest();
    while (outcomes.length === 0) await sleep(5);
    expect(outcomes).toMatchObject([{ code: 'request_aborted' }]);
  });

  it('a body that stalls or is too large is rejected even if req.off returns nothing', async () => {
    const before = silent('off');
    const { at, handled } = await start(mount, { bodyTimeout: 100, maxBodySize: 10_000 }, { before });
    const { genuine, forged } = await pair(1);
    for (const stalling of [forged, genuine]) {
      const client = await connectTo(at);
      await client.write(bytesOf(at, stalling).subarray(0, -3));
      expect(resultOf(await client.response())).toEqual(rejection('body_timeout'));
    }
    const { genuine: large } = await pair(1000);
    expect(resultOf(await send(at, large, { framing: 'chunked' }))).toEqual(rejection('body_too_large'));
    expect(resultOf(await send(at, genuine))).toEqual(success);
    expect(handled).toHaveLength(1);
  });

  it('a text body that is too large is answered before its connection closes', async () => {
    const { at } = await start(mount, { maxBodySize: 1000 }, { before: setEncoding('utf8') });
    const client = await connectTo(at);
    const { genuine } = await pair(2000);
    await client.write(bytesOf(at, genuine));
    expect(resultOf(await client.response())).toEqual(rejection('body_too_large'));
    expect(await client.rest()).toBe('');
  });
});

describe.each(nodeMounts.filter(({ name }) => !name.startsWith('hono')))('over $name', (mount) => {
  it('the receiver waits for a rawBody that is still being collected', async () => {
    const consume = () => sleep(50);
    const { at } = await start(mount, { rateLimiter: { consume } }, { before: collect('') });
    const message = await webhook('scan_completed', { data: { target: 'x'.repeat(1000) } });
    for (const framing of framings) {
      const client = await connectTo(at);
      const bytes = bytesOf(at, message, { framing });
      await client.write(bytes.subarray(0, bytes.byteLength - 200));
      await sleep(100);
      await client.write(bytes.subarray(bytes.byteLength - 200));
      expect((await client.response()).status).toBe(200);
    }
  });

  it('a partly collected rawBody whose rest never arrives is rejected with body_timeout', async () => {
    const options = { bodyTimeout: 80, rateLimiter: { consume: () => sleep(20) } };
    const { at, outcomes } = await start(mount, options, { before: collect('') });
    const client = await connectTo(at);
    await client.write(bytesOf(at, await webhook()).subarray(0, -5));
    expect(resultOf(await client.response())).toEqual(rejection('body_timeout'));
    expect(outcomes).toEqual([{ status: 'rejected', code: 'body_timeout' }]);
  });

  it('an empty body that a middleware has read is verified, and any other is rejected', async () => {
    const before: Alter = (req) => void req.resume();
    const { at } = await start(mount, { rateLimiter: { consume: () => sleep(20) } }, { before });
    const empty = await signed('');
    expect(resultOf(await send(at, empty))).toEqual(rejection('invalid_json'));
    const forged = withHeader(empty, 'x-spiderfoot-signature', `sha256=${'0'.repeat(64)}`);
    expect(resultOf(await send(at, forged))).toEqual(rejection('invalid_signature'));
    expect(resultOf(await send(at, await signed('{}')))).toEqual(rejection('body_already_parsed'));
  });

  it('a partly read stream of which nothing is kept is rejected at once', async () => {
    const before: Alter = (req) => void req.on('data', () => {});
    const { at } = await start(mount, { rateLimiter: { consume: () => sleep(50) } }, { before });
    const message = await webhook();
    const client = await connectTo(at);
    await client.write(bytesOf(at, message).subarray(0, -5));
    expect(resultOf(await client.response())).toEqual(rejection('body_already_parsed'));
    expect(headerOf(message, 'content-type')).toBe('application/json');
  });
});
