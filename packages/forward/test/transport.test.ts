import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTransport, ForwardError, type Transport, type TransportOptions } from '../src/index.ts';
import { gate } from './support/gate.ts';
import {
  answers,
  answersAfter,
  answersGarbage,
  type Behavior,
  floods,
  neverAnswers,
  resets,
  stalls,
  startTarget,
} from './support/target.ts';

const quick = { allowHttp: true, baseDelay: 1, breaker: false } as const;

function transport(options: TransportOptions = {}): Transport {
  const created = createTransport('siem', { ...quick, ...options });
  onTestFinished(() => created.close());
  return created;
}

const token = 'tok-0123456789abcdef';

function post(transport: Transport, url: string, signal?: AbortSignal) {
  return transport.send({
    url: new URL(`/hook/${token}?key=${token}`, url),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"a":1}',
    signal,
  });
}

async function failureOf(sending: Promise<unknown>): Promise<ForwardError> {
  const error: unknown = await sending.then(
    () => new Error('was sent'),
    (error: unknown) => error,
  );
  if (!(error instanceof ForwardError)) throw error;
  return error;
}

describe('A request', () => {
  it('arrives as it was given, and its answer comes back', async () => {
    const target = await startTarget(answers(201, 'taken', { 'x-id': '7' }));
    const answer = await post(transport(), target.url);
    expect(answer).toMatchObject({ status: 201, body: 'taken', truncated: false, headers: { 'x-id': '7' } });
    expect(target.requests).toMatchObject([
      {
        method: 'POST',
        path: `/hook/${token}?key=${token}`,
        body: '{"a":1}',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
    ]);
  });

  it('goes over a connection of those before', async () => {
    const target = await startTarget(answers(200));
    const sender = transport();
    for (let n = 0; n < 20; n += 1) await post(sender, target.url);
    // undici counts a connection as busy for a moment after its answer's end.
    expect(new Set(target.requests.map(({ port }) => port)).size).toBeLessThanOrEqual(2);
  });

  it('is one of at most so many at once', async () => {
    const target = await startTarget(answers(200));
    const sender = transport({ maxInFlight: 2 });
    await Promise.all(Array.from({ length: 20 }, () => post(sender, target.url)));
    expect(target.requests.length).toBe(20);
    expect(target.maxConcurrent).toBeLessThanOrEqual(2);
  });

  it('is refused where too many wait already', async () => {
    const target = await startTarget(neverAnswers);
    const sender = transport({ maxInFlight: 1, retries: 0 });
    const controllers = Array.from({ length: 1001 }, () => new AbortController());
    const waiting = controllers.map(({ signal }) => failureOf(post(sender, target.url, signal)));
    expect(await failureOf(post(sender, target.url))).toMatchObject({ code: 'overloaded', attempt: 0 });
    for (const controller of controllers) controller.abort();
    for (const { code } of await Promise.all(waiting)) expect(code).toBe('aborted');
    expect(target.requests.length).toBeLessThanOrEqual(1);
  });
});

describe('A request is tried again after', () => {
  it.each<[string, Behavior]>([
    ['a reset connection', resets],
    ['garbage', answersGarbage],
    ['408', answers(408)],
    ['429', answers(429)],
    ['500', answers(500)],
    ['503', answers(503)],
    ['no answer in time', neverAnswers],
    ['an error whose text never ends', stalls(500)],
    ['an error with a flood of text', floods(502)],
  ])('%s', async (_name, behavior) => {
    const target = await startTarget(behavior, behavior, answers(200));
    expect(await post(transport({ timeout: 1000 }), target.url)).toMatchObject({ status: 200 });
    expect(target.requests.length).toBe(3);
  });

  it('no connection at all, until its tries are used up', async () => {
    const error = await failureOf(post(transport({ retries: 3 }), 'http://127.0.0.1:1'));
    expect(error).toMatchObject({ code: 'connection', attempt: 4, status: undefined });
    expect(error.target).toBe('siem (127.0.0.1:1)');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('what the target asks for, where that is short', async () => {
    const target = await startTarget(answers(429, '', { 'retry-after': '1' }), answers(200));
    const warn = vi.fn<(details: { delay?: number }, message: string) => void>();
    await post(transport({ logger: { warn, info: vi.fn() } }), target.url);
    expect(warn).toHaveBeenCalledOnce();
    const { delay, ...told } = warn.mock.calls[0]?.[0] ?? {};
    expect(told).toEqual({
      target: 'siem',
      host: new URL(target.url).host,
      code: 'rate_limited',
      status: 429,
      attempt: 1,
    });
    expect(delay).toBeGreaterThanOrEqual(1000);
  });
});

describe('A request is not tried again', () => {
  it.each([400, 401, 403, 404, 410, 413, 422])('after %i', async (status) => {
    const target = await startTarget(answers(status, 'no such hook'), answers(200));
    const error = await failureOf(post(transport(), target.url));
    expect(error).toMatchObject({ code: 'rejected', status, attempt: 1, retryAfter: undefined });
    expect(error.message).toContain(`(status ${status}, attempt 1): "no such hook". `);
    expect(target.requests.length).toBe(1);
  });

  it.each([301, 302, 303, 307, 308])('after %i, nor is that followed', async (status) => {
    const other = await startTarget(answers(200));
    const target = await startTarget(answers(status, '', { location: other.url }));
    expect(await failureOf(post(transport(), target.url))).toMatchObject({
      code: 'redirected',
      status,
      attempt: 1,
    });
    expect(target.requests.length).toBe(1);
    expect(other.requests.length).toBe(0);
  });

  it('where the target asks for more patience than a call has', async () => {
    const target = await startTarget(answers(503, '', { 'retry-after': '120' }), answers(200));
    expect(await failureOf(post(transport(), target.url))).toMatchObject({
      code: 'unavailable',
      attempt: 1,
      retryAfter: 120,
    });
    expect(target.requests.length).toBe(1);
  });

  it.each<[string, Behavior, number, number]>([
    ['stalls', stalls(200), 6, 500],
    ['never ends', floods(200), 65_536, 1e6],
  ])('once it has been taken, though the rest of the answer %s', async (_name, behavior, length, timeout) => {
    const target = await startTarget(behavior);
    const answer = await post(transport({ timeout }), target.url);
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body.length).toBe(length);
    expect(target.requests.length).toBe(1);
  });
});

describe('A circuit', () => {
  const breaking = { retries: 0, breaker: { failures: 3, coolDown: 60_000 } } as const;

  it('opens after so many failures, and says how long', async () => {
    const target = await startTarget(answers(500));
    const warn = vi.fn();
    const sender = transport({ ...breaking, logger: { warn, info: vi.fn() } });
    for (let n = 0; n < 3; n += 1) await failureOf(post(sender, target.url));
    const error = await failureOf(post(sender, target.url));
    expect(error).toMatchObject({ code: 'circuit_open', attempt: 0, status: undefined });
    expect(error.retryAfter).toBeGreaterThan(50);
    expect(error.retryAfter).toBeLessThanOrEqual(60);
    expect(target.requests.length).toBe(3);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      { target: 'siem', origin: target.url, failures: 3, coolDown: 60_000 },
      expect.any(String),
    );
  });

  it('opens in the middle of a call, which then stops trying', async () => {
    const target = await startTarget(answers(500));
    const error = await failureOf(post(transport({ ...breaking, retries: 10 }), target.url));
    expect(error).toMatchObject({ code: 'unavailable', status: 500, attempt: 3 });
    expect(error.retryAfter).toBeGreaterThan(50);
  });

  it('is waited for, where the target asks for less', async () => {
    const target = await startTarget(answers(503, '', { 'retry-after': '2' }));
    const sender = transport({ retries: 0, breaker: { failures: 1, coolDown: 60_000 } });
    expect((await failureOf(post(sender, target.url))).retryAfter).toBeGreaterThan(50);
  });

  it("is each origin's own", async () => {
    const [down, up] = [await startTarget(answers(500)), await startTarget(answers(200))];
    const sender = transport(breaking);
    for (let n = 0; n < 4; n += 1) await failureOf(post(sender, down.url));
    expect(await post(sender, up.url)).toMatchObject({ status: 200 });
  });

  it('stays closed through refusals, which are answers', async () => {
    const target = await startTarget(answers(404));
    const sender = transport(breaking);
    for (let n = 0; n < 5; n += 1) expect((await failureOf(post(sender, target.url))).code).toBe('rejected');
  });

  it('opens for a target that never answers, also where the handlers end first', async () => {
    const target = await startTarget(neverAnswers);
    const sender = transport(breaking);
    for (let n = 1; n <= 3; n += 1) {
      const controller = new AbortController();
      const failing = failureOf(post(sender, target.url, controller.signal));
      await target.received(n);
      controller.abort();
      expect((await failing).code).toBe('aborted');
    }
    expect((await failureOf(post(sender, target.url))).code).toBe('circuit_open');
  });

  it('lets one through after the cool-down, and closes when that succeeds', async () => {
    const { opened, open } = gate();
    const failing = [answers(500), answers(500), answers(500)];
    const target = await startTarget(...failing, answersAfter(opened), answers(200));
    const info = vi.fn();
    const sender = transport({
      retries: 0,
      breaker: { failures: 3, coolDown: 20 },
      logger: { info, warn: vi.fn() },
    });
    for (let n = 0; n < 3; n += 1) await failureOf(post(sender, target.url));
    const trying: Promise<unknown>[] = [];
    while (target.requests.length < 4) {
      trying.push(post(sender, target.url).catch((error: unknown) => error));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const others = { code: 'circuit_open', attempt: 0, retryAfter: 10 };
    expect(await failureOf(post(sender, target.url))).toMatchObject(others);
    expect(target.requests.length).toBe(4);
    open();
    await vi.waitFor(() =>
      expect(info).toHaveBeenCalledWith({ target: 'siem', origin: target.url }, expect.any(String)),
    );
    expect(await post(sender, target.url)).toMatchObject({ status: 200 });
    await Promise.all(trying);
  });
});

describe('A clock that is set back', () => {
  it('keeps no circuit open', async () => {
    const target = await startTarget(answers(500), answers(200));
    const sender = transport({ retries: 0, breaker: { failures: 1, coolDown: 1 } });
    await failureOf(post(sender, target.url));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    await vi.waitFor(async () => expect(await post(sender, target.url)).toMatchObject({ status: 200 }));
  });
});

describe('The signal of a handler ends', () => {
  it('an attempt', async () => {
    const target = await startTarget(neverAnswers);
    const controller = new AbortController();
    const failing = failureOf(post(transport(), target.url, controller.signal));
    await target.received(1);
    controller.abort();
    expect(await failing).toMatchObject({ code: 'aborted', attempt: 1 });
  });

  it('a wait between attempts, with the status that was the last', async () => {
    const target = await startTarget(answers(500));
    const controller = new AbortController();
    const waiting = vi.fn(() => controller.abort());
    const sender = transport({
      baseDelay: 100_000,
      maxDelay: 100_000,
      logger: { warn: waiting, info: vi.fn() },
    });
    expect(await failureOf(post(sender, target.url, controller.signal))).toMatchObject({
      code: 'aborted',
      attempt: 1,
      status: 500,
    });
    expect(waiting).toHaveBeenCalledOnce();
  });

  it('a wait in the line, whose place goes to the next', async () => {
    const { opened, open } = gate();
    const target = await startTarget(answersAfter(opened), answers(200));
    const sender = transport({ maxInFlight: 1 });
    const first = post(sender, target.url);
    await target.received(1);
    const controller = new AbortController();
    const second = failureOf(post(sender, target.url, controller.signal));
    const third = post(sender, target.url);
    controller.abort();
    expect(await second).toMatchObject({ code: 'aborted', attempt: 0 });
    open();
    expect(await first).toMatchObject({ status: 200 });
    expect(await third).toMatchObject({ status: 200 });
    expect(target.requests.length).toBe(2);
  });

  it('everything, where it was aborted before', async () => {
    const target = await startTarget(answers(200));
    expect(await failureOf(post(transport(), target.url, AbortSignal.abort()))).toMatchObject({
      code: 'aborted',
      attempt: 0,
    });
    expect(target.requests.length).toBe(0);
  });
});

describe('Closing', () => {
  it('lets what is being sent finish, ends what waits, and refuses the rest', async () => {
    const { opened, open } = gate();
    const target = await startTarget(answersAfter(opened), answers(200));
    const sender = createTransport('siem', { ...quick, maxInFlight: 1 });
    const first = post(sender, target.url);
    await target.received(1);
    const second = failureOf(post(sender, target.url));
    const closing = sender.close();
    expect(await second).toMatchObject({ code: 'closed', attempt: 0 });
    expect(await failureOf(post(sender, target.url))).toMatchObject({ code: 'closed', attempt: 0 });
    open();
    expect(await first).toMatchObject({ status: 200 });
    await closing;
    await sender.close();
    expect(target.requests.length).toBe(1);
  });
});

describe('An address that is not public', () => {
  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '①②⑦.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    'localhost',
    '10.0.0.1',
    '169.254.169.254',
    '[fd00::1]',
  ])('is refused where it is not allowed: %s', async (host) => {
    const target = await startTarget(answers(200));
    const url = target.url.replace('127.0.0.1', host);
    const error = await failureOf(post(transport({ allowPrivate: false, timeout: 2000 }), url));
    expect(error.code).toBe('forbidden_address');
    expect(target.requests.length).toBe(0);
  });

  it('is taken where nothing is said', async () => {
    const target = await startTarget(answers(200));
    expect(await post(transport(), target.url.replace('127.0.0.1', 'localhost'))).toMatchObject({
      status: 200,
    });
  });
});

describe('A host', () => {
  it('has to be one of those that are allowed, with its port', async () => {
    const [good, bad] = [await startTarget(answers(200)), await startTarget(answers(200))];
    const sender = transport({ allowedHosts: [new URL(good.url).host] });
    expect(await post(sender, good.url)).toMatchObject({ status: 200 });
    expect(await failureOf(post(sender, bad.url))).toMatchObject({ code: 'forbidden_address', attempt: 0 });
    expect(bad.requests.length).toBe(0);
  });

  it('is spoken to by https alone where nothing else is allowed', async () => {
    const target = await startTarget(answers(200));
    const error = await failureOf(post(transport({ allowHttp: false }), target.url));
    expect(error).toMatchObject({ code: 'forbidden_address', attempt: 0 });
    expect(error.message).toContain('allowHttp');
    expect(target.requests.length).toBe(0);
  });
});

describe('No secret is told', () => {
  /** What the request said, in the answer. */
  const echoes: Behavior = (response, request) =>
    response.writeHead(400).end(`\x1b[31m\u0085\u202e${request.url} ${JSON.stringify(request.headers)}`);

  it.each<[string, Behavior]>([
    ['an answer that echoes the request', echoes],
    ['a redirect', answers(302, '', { location: `https://example.com/${token}` })],
    ['a reset connection', resets],
    ['garbage', answersGarbage],
    ['no answer', neverAnswers],
    ['an error', answers(500)],
  ])('by the error after %s', async (_name, behavior) => {
    const target = await startTarget(behavior);
    const error = await failureOf(post(transport({ timeout: 300, retries: 1 }), target.url));
    const all = `${inspect(error, { depth: Infinity, showHidden: true })}${error.stack}${JSON.stringify(error)}`;
    expect(all).not.toContain(token);
    expect(all).not.toContain('/hook');
    expect(error.message).not.toMatch(/\p{C}/u);
    expect(error.message).not.toContain('\\u001b');
    expect(error.message).toContain(new URL(target.url).host);
    expect(error.message.length).toBeLessThan(600);
  });

  const awkward = 'tok/+:@="0123&ef';
  it.each<[string, (text: string) => string]>([
    ['written into a URL', (text) => encodeURIComponent(text).toLowerCase()],
    ['within JSON', (text) => JSON.stringify(text).replaceAll('/', '\\/')],
    ['within HTML', (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['in capitals', (text) => text.toUpperCase()],
  ])('by an answer that has it %s', async (_name, write) => {
    const target = await startTarget(answers(400, `no ${write(awkward)}`));
    const url = new URL(`/hook?key=${encodeURIComponent(awkward)}`, target.url);
    const error = await failureOf(transport().send({ url, headers: {}, body: '' }));
    expect(error.message).toMatch(/: "no \W+"\. /);
  });
});
