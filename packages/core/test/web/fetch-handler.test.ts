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

function read(request: Request, maxBytes = limit, timeout = 10_000) {
  return new WebDelivery(request, () => undefined).readBody(maxBytes, timeout);
}

/** Create a stream that yields these chunks on demand, and an array of the chunks that it has not yielded yet. */
function streamOf(chunks: readonly string[]) {
  const left = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(Buffer.from(chunk));
    },
  });
  return { stream, left };
}

describe('the body of a fetch request', () => {
  it.each<[string, Headers]>([
    ['is too small', { 'content-length': '3' }],
    ['is not a number', { 'content-length': 'abc' }],
    ['is negative', { 'content-length': '-1' }],
    ['is missing', {}],
  ])('measures a body whose content-length %s', async (_, headers) => {
    expect(await read(requestOf(text, headers))).toEqual(bytes);
    expect(await read(requestOf(text, headers), limit - 1)).toBe('body_too_large');
    const signed = await signedRequest('scan_completed', { secret: 'web-s3cret', headers });
    const handle = fetchHandler(createReceiver({ secret: 'web-s3cret', maxBodySize: 10 }));
    expect((await handle(signed)).status).toBe(413);
  });

  it('joins the chunks of a body', async () => {
    expect(await read(requestOf(streamOf([...text]).stream))).toEqual(bytes);
    expect(await read(requestOf(null))).toEqual(new Uint8Array());
  });

  it('rejects a locked or used body as already parsed', async () => {
    const locked = requestOf(text);
    locked.body?.getReader();
    expect(await read(locked)).toBe('body_already_parsed');
    const used = requestOf(text);
    await used.text();
    expect(await read(used)).toBe('body_already_parsed');
    const partlyRead = requestOf(streamOf([...text]).stream);
    const reader = partlyRead.body?.getReader();
    await reader?.read();
    reader?.releaseLock();
    expect(await read(partlyRead)).toBe('body_already_parsed');
  });

  it('rejects a body that stalls with body_timeout, and cancels its stream', async () => {
    const cancel = vi.fn();
    const stream = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}), cancel });
    expect(await read(requestOf(stream), limit, 20)).toBe('body_timeout');
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce());
  });

  it('leaves no timer behind after a body is read', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(await read(requestOf(text))).toEqual(bytes);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects a body that fails as request_aborted', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('reset')),
    });
    expect(await read(requestOf(stream))).toBe('request_aborted');
  });
});

/** Return a receiver's response to a body that is larger than it accepts. */
async function responseTo(stream: ReadableStream<Uint8Array>, bodyTimeout = 10_000, headers: Headers = {}) {
  const receiver = createReceiver({ secret: 'web-s3cret', maxBodySize: limit, bodyTimeout });
  const signed = await signedRequest('scan_completed', { secret: 'web-s3cret', headers });
  return fetchHandler(receiver)(new Request(signed, { body: stream, duplex: 'half' }));
}

describe('a body that is rejected', () => {
  it('reads a body to its end before it returns 413', async () => {
    const { stream, left } = streamOf(Array.from({ length: 50 }, () => text));
    const { status } = await responseTo(stream);
    expect({ status, left }).toEqual({ status: 413, left: [] });
  });

  it('reads a body to its end before it returns 401', async () => {
    const { stream, left } = streamOf([text, text, text]);
    const request = requestOf(stream, { 'content-type': 'application/json' });
    const { status } = await fetchHandler(createReceiver({ secret: 'web-s3cret' }))(request);
    expect({ status, left }).toEqual({ status: 401, left: [] });
  });

  it('cancels a stalled body after bodyTimeout, and returns 413', async () => {
    const cancel = vi.fn();
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.alloc(limit + 1)),
      pull: () => new Promise(() => {}),
      cancel,
    });
    expect((await responseTo(stream, 50)).status).toBe(413);
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('cancels an endless body after 64 MiB, and returns 413', async () => {
    const cancel = vi.fn();
    const chunk = new Uint8Array(1024 * 1024);
    let chunks = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks++;
        controller.enqueue(chunk);
      },
      cancel,
    });
    expect((await responseTo(stream)).status).toBe(413);
    expect(cancel).toHaveBeenCalledOnce();
    expect(chunks).toBeLessThan(70);
  });

  it('does not read a body with a declared length over 64 MiB', async () => {
    const { stream, left } = streamOf([text, text, text]);
    const length = String(64 * 1024 * 1024 + 1);
    expect((await responseTo(stream, 10_000, { 'content-length': length })).status).toBe(413);
    // The stream reads one chunk ahead.
    expect(left).toHaveLength(2);
  });
});

describe('a body that the framework has read', () => {
  it.each<[string, Promise<Uint8Array>, unknown]>([
    ['uses a body that the framework has read', Promise.resolve(bytes), bytes],
    [
      'rejects a body that the framework never finishes reading with body_timeout',
      new Promise(() => {}),
      'body_timeout',
    ],
  ])('%s', async (_, body, expected) => {
    const delivery = new WebDelivery(requestOf(null), () => undefined, body);
    expect(await delivery.readBody(limit, 20)).toEqual(expected);
  });

  it('rejects a body that the framework fails to read as request_aborted', async () => {
    const body = Promise.reject(new Error('reset'));
    const delivery = new WebDelivery(requestOf(null), () => undefined, body);
    expect(await delivery.readBody(limit, 10_000)).toBe('request_aborted');
  });
});

it.each([
  ['strings', text, bytes],
  ['bytes', bytes, bytes],
  ['ArrayBuffers', bytes.slice().buffer, bytes],
  ['objects', {}, 'body_already_parsed'],
])(
  'a request body that is a stream of %s is read, or rejected as already parsed',
  async (_, chunk, expected) => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(chunk);
        controller.close();
      },
    });
    const delivery = new WebDelivery(requestOf(stream), () => undefined);
    expect(await delivery.readBody(limit, 10_000)).toEqual(expected);
  },
);

describe('WebDelivery.discardBody()', () => {
  /** Create a delivery whose body has these chunks, and record whether the body is read to its end or canceled. */
  function bodyOf(chunks: readonly Uint8Array[], headers: Headers = {}) {
    const left = [...chunks];
    const result = { isCanceled: false, isClosed: false };
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const chunk = left.shift();
          if (chunk !== undefined) return controller.enqueue(chunk);
          result.isClosed = true;
          controller.close();
        },
        cancel() {
          result.isCanceled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { delivery: new WebDelivery(requestOf(stream, headers), () => undefined), left, result };
  }

  it('discardBody() reads the body to its end', async () => {
    const { delivery, left, result } = bodyOf([bytes, bytes, bytes]);
    await delivery.discardBody(10_000);
    expect({ left, ...result }).toEqual({ left: [], isCanceled: false, isClosed: true });
  });

  it('discardBody() reads 64 MiB and then cancels the body', async () => {
    const chunk = new Uint8Array(64 * 1024 * 1024);
    const atLimit = bodyOf([chunk]);
    await atLimit.delivery.discardBody(10_000);
    expect(atLimit.result).toEqual({ isCanceled: false, isClosed: true });
    const larger = bodyOf([chunk, new Uint8Array(1), bytes]);
    await larger.delivery.discardBody(10_000);
    expect({ left: larger.left, ...larger.result }).toEqual({
      left: [bytes],
      isCanceled: true,
      isClosed: false,
    });
  });

  it.each([
    [64 * 1024 * 1024, 0],
    [64 * 1024 * 1024 + 1, 1],
  ])('discardBody() of a declared length of %d leaves %d chunks unread', async (length, chunks) => {
    const { delivery, left } = bodyOf([bytes], { 'content-length': String(length) });
    await delivery.discardBody(10_000);
    expect(left).toHaveLength(chunks);
  });

  it('discardBody() does nothing if the request has no body', async () => {
    await expect(
      new WebDelivery(requestOf(null), () => undefined).discardBody(10_000),
    ).resolves.toBeUndefined();
  });

  it('discardBody() leaves no timer behind if the body ends or fails', async () => {
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

  it('discardBody() does not touch a body that another reader has locked', async () => {
    const request = requestOf('body');
    const reader = request.body?.getReader();
    await new WebDelivery(request, () => undefined).discardBody(10_000);
    expect((await reader?.read())?.value).toEqual(new TextEncoder().encode('body'));
  });

  it('discardBody() ends after its timeout, which includes the time of readBody()', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const endless = () => new WebDelivery(requestOf(new ReadableStream<Uint8Array>()), () => undefined);
    let isDone = false;
    const discarding = endless()
      .discardBody(1000)
      .then(() => {
        isDone = true;
      });
    await vi.advanceTimersByTimeAsync(999);
    expect(isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await discarding;

    // The body is too large after 600 ms and never ends, so 400 ms are left.
    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => void setTimeout(() => controller.enqueue(new Uint8Array(limit + 1)), 600),
    });
    const delivery = new WebDelivery(requestOf(slow), () => undefined);
    const reading = delivery.readBody(limit, 1000);
    await vi.advanceTimersByTimeAsync(600);
    expect(await reading).toBe('body_too_large');
    isDone = false;
    const discardingRest = delivery.discardBody(1000).then(() => {
      isDone = true;
    });
    await vi.advanceTimersByTimeAsync(399);
    expect(isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await discardingRest;
  });
});
