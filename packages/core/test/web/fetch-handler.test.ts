import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebDelivery } from '../../src/adapter/index.ts';
import { createReceiver } from '../../src/index.ts';
import { signedRequest } from '../../src/testing/index.ts';
import { fetchHandler } from '../../src/web/index.ts';

const text = 'eleven long';
const bytes = new TextEncoder().encode(text);
const limit = bytes.byteLength;

type Headers = Readonly<Record<string, string>>;

function requestOf(body: string | ReadableStream<Uint8Array> | null, headers: Headers = {}): Request {
  return new Request('http://127.0.0.1/webhook', { method: 'POST', headers, body, duplex: 'half' });
}

function read(request: Request, most = limit, timeout = 10_000) {
  return new WebDelivery(request, () => undefined).readBody(most, timeout);
}

/** A body that comes in these pieces, as they are asked for. */
function streamOf(pieces: readonly string[]) {
  const left = [...pieces];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(Buffer.from(piece));
    },
  });
  return { stream, left };
}

describe('the body of a fetch request', () => {
  it.each<[string, Headers]>([
    ['is too small', { 'content-length': '3' }],
    ['is no number', { 'content-length': 'abc' }],
    ['is negative', { 'content-length': '-1' }],
    ['is missing', {}],
  ])('is counted where its length %s', async (_, headers) => {
    expect(await read(requestOf(text, headers))).toEqual(bytes);
    expect(await read(requestOf(text, headers), limit - 1)).toBe('body_too_large');
    const signed = await signedRequest('scan_completed', { secret: 'web-s3cret', headers });
    const handle = fetchHandler(createReceiver({ secret: 'web-s3cret', maxBodySize: 10 }));
    expect((await handle(signed)).status).toBe(413);
  });

  it('is put together of whatever pieces it comes in', async () => {
    expect(await read(requestOf(streamOf([...text]).stream))).toEqual(bytes);
    expect(await read(requestOf(null))).toEqual(new Uint8Array());
  });

  it('has been read already where it is locked or used', async () => {
    const locked = requestOf(text);
    locked.body?.getReader();
    expect(await read(locked)).toBe('body_already_parsed');
    const used = requestOf(text);
    await used.text();
    expect(await read(used)).toBe('body_already_parsed');
    const begun = requestOf(streamOf([...text]).stream);
    const reader = begun.body?.getReader();
    await reader?.read();
    reader?.releaseLock();
    expect(await read(begun)).toBe('body_already_parsed');
  });

  it('that stops in the middle is late, and its stream is given back', async () => {
    const cancel = vi.fn();
    const stream = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}), cancel });
    expect(await read(requestOf(stream), limit, 20)).toBe('body_timeout');
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce());
  });

  it('reading a fetch body leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(await read(requestOf(text))).toEqual(bytes);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that breaks off is an aborted request', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('reset')),
    });
    expect(await read(requestOf(stream))).toBe('request_aborted');
  });
});

/** Returns a receiver's answer to a body that is larger than it accepts. */
async function answerTo(stream: ReadableStream<Uint8Array>, bodyTimeout = 10_000, headers: Headers = {}) {
  const receiver = createReceiver({ secret: 'web-s3cret', maxBodySize: limit, bodyTimeout });
  const signed = await signedRequest('scan_completed', { secret: 'web-s3cret', headers });
  return fetchHandler(receiver)(new Request(signed, { body: stream, duplex: 'half' }));
}

describe('a rejected body', () => {
  it('has been read to its end when a handler answers 413', async () => {
    const { stream, left } = streamOf(Array.from({ length: 50 }, () => text));
    const { status } = await answerTo(stream);
    expect({ status, left }).toEqual({ status: 413, left: [] });
  });

  it('has been read to its end when a handler answers 401', async () => {
    const { stream, left } = streamOf([text, text, text]);
    const request = requestOf(stream, { 'content-type': 'application/json' });
    const { status } = await fetchHandler(createReceiver({ secret: 'web-s3cret' }))(request);
    expect({ status, left }).toEqual({ status: 401, left: [] });
  });

  it('that stalls is canceled after bodyTimeout, and answered', async () => {
    const cancel = vi.fn();
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.alloc(limit + 1)),
      pull: () => new Promise(() => {}),
      cancel,
    });
    expect((await answerTo(stream, 50)).status).toBe(413);
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('that never ends is canceled after 64 MiB, and answered', async () => {
    const cancel = vi.fn();
    const piece = new Uint8Array(1024 * 1024);
    let pieces = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        pieces++;
        controller.enqueue(piece);
      },
      cancel,
    });
    expect((await answerTo(stream)).status).toBe(413);
    expect(cancel).toHaveBeenCalledOnce();
    expect(pieces).toBeLessThan(70);
  });

  it('is not read at all when its declared length is over 64 MiB', async () => {
    const { stream, left } = streamOf([text, text, text]);
    const length = String(64 * 1024 * 1024 + 1);
    expect((await answerTo(stream, 10_000, { 'content-length': length })).status).toBe(413);
    // The stream itself has read one chunk ahead.
    expect(left).toHaveLength(2);
  });
});

describe('a body that a framework has read', () => {
  it.each<[string, Promise<Uint8Array>, unknown]>([
    ['is taken', Promise.resolve(bytes), bytes],
    ['may never come', new Promise(() => {}), 'body_timeout'],
  ])('%s', async (_, kept, expected) => {
    const delivery = new WebDelivery(requestOf(null), () => undefined, kept);
    expect(await delivery.readBody(limit, 20)).toEqual(expected);
  });

  it('may break off', async () => {
    const kept = Promise.reject(new Error('reset'));
    const delivery = new WebDelivery(requestOf(null), () => undefined, kept);
    expect(await delivery.readBody(limit, 10_000)).toBe('request_aborted');
  });
});

it.each([
  ['text', text, bytes],
  ['bytes', bytes, bytes],
  ['an ArrayBuffer', bytes.slice().buffer, bytes],
  ['an object', {}, 'body_already_parsed'],
])(
  'a stream of %s that an app passes to a request is read, or rejected as parsed',
  async (_, chunk, read) => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(chunk);
        controller.close();
      },
    });
    const delivery = new WebDelivery(requestOf(stream), () => undefined);
    expect(await delivery.readBody(limit, 10_000)).toEqual(read);
  },
);

describe('the body of a rejected fetch request', () => {
  /** A body of these pieces, and whether it was read to its end or canceled. */
  function bodyOf(pieces: readonly Uint8Array[], headers: Headers = {}) {
    const left = [...pieces];
    const seen = { isCanceled: false, isClosed: false };
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const piece = left.shift();
          if (piece !== undefined) return controller.enqueue(piece);
          seen.isClosed = true;
          controller.close();
        },
        cancel() {
          seen.isCanceled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { delivery: new WebDelivery(requestOf(stream, headers), () => undefined), left, seen };
  }

  it('is read to its end', async () => {
    const { delivery, left, seen } = bodyOf([bytes, bytes, bytes]);
    await delivery.discardBody(10_000);
    expect({ left, ...seen }).toEqual({ left: [], isCanceled: false, isClosed: true });
  });

  it('is read up to 64 MiB and then canceled', async () => {
    const [most, more] = [64 * 1024 * 1024, 1];
    const whole = bodyOf([new Uint8Array(most)]);
    await whole.delivery.discardBody(10_000);
    expect(whole.seen).toEqual({ isCanceled: false, isClosed: true });
    const larger = bodyOf([new Uint8Array(most), new Uint8Array(more), bytes]);
    await larger.delivery.discardBody(10_000);
    expect({ left: larger.left, ...larger.seen }).toEqual({
      left: [bytes],
      isCanceled: true,
      isClosed: false,
    });
  });

  it.each([
    [64 * 1024 * 1024, 0],
    [64 * 1024 * 1024 + 1, 1],
  ])('with a declared length of %d has %d chunks left', async (length, pieces) => {
    const { delivery, left } = bodyOf([bytes], { 'content-length': String(length) });
    await delivery.discardBody(10_000);
    expect(left).toHaveLength(pieces);
  });

  it('discarding the body of a request without one does nothing', async () => {
    await expect(
      new WebDelivery(requestOf(null), () => undefined).discardBody(10_000),
    ).resolves.toBeUndefined();
  });

  it('discarding a body leaves no timer behind, whether the body ends or breaks off', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { delivery } = bodyOf([bytes]);
    await delivery.discardBody(10_000);
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('reset')),
    });
    await new WebDelivery(requestOf(broken), () => undefined).discardBody(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not touched if another reader has it', async () => {
    const request = requestOf('body');
    const reader = request.body?.getReader();
    await new WebDelivery(request, () => undefined).discardBody(10_000);
    expect((await reader?.read())?.value).toEqual(new TextEncoder().encode('body'));
  });

  it('is discarded for at most its timeout, including the time of reading', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const endless = () => new WebDelivery(requestOf(new ReadableStream<Uint8Array>()), () => undefined);
    let done = false;
    const discarding = endless()
      .discardBody(1000)
      .then(() => {
        done = true;
      });
    await vi.advanceTimersByTimeAsync(999);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await discarding;

    // The body is too large after 600 ms and never ends, so 400 ms are left.
    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => void setTimeout(() => controller.enqueue(new Uint8Array(limit + 1)), 600),
    });
    const read = new WebDelivery(requestOf(slow), () => undefined);
    const reading = read.readBody(limit, 1000);
    await vi.advanceTimersByTimeAsync(600);
    expect(await reading).toBe('body_too_large');
    done = false;
    const discardingRest = read.discardBody(1000).then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(399);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await discardingRest;
  });
});
