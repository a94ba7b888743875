import { describe, expect, it, vi } from 'vitest';
import { gate } from '../support/gate.ts';
import { answers, answersAfter, neverAnswers, startTarget } from '../support/target.ts';
import { failureOf, post, token, transport } from '../support/transport.ts';

describe('a transport', () => {
  it('sends a request unchanged, and resolves to its answer', async () => {
    const target = await startTarget(answers(201, 'stored', { 'x-id': '7' }));
    const answer = await post(transport(), target.url);
    expect(answer).toMatchObject({ status: 201, body: 'stored', truncated: false, headers: { 'x-id': '7' } });
    expect(target.requests).toMatchObject([
      {
        method: 'POST',
        path: `/hook/${token}?key=${token}`,
        body: '{"a":1}',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
    ]);
  });

  it('reuses an earlier connection', async () => {
    const target = await startTarget(answers(200));
    const sender = transport();
    for (let n = 0; n < 20; n += 1) await post(sender, target.url);
    // undici counts a connection as busy for a moment after the end of its answer.
    expect(new Set(target.requests.map(({ port }) => port)).size).toBeLessThanOrEqual(2);
  });

  it('sends at most maxInFlight requests at the same time', async () => {
    const target = await startTarget(answers(200));
    const sender = transport({ maxInFlight: 2 });
    await Promise.all(Array.from({ length: 20 }, () => post(sender, target.url)));
    expect(target.requests.length).toBe(20);
    expect(target.maxConcurrent).toBeLessThanOrEqual(2);
  });

  it('rejects a request as overloaded if 1000 requests are waiting', async () => {
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

describe('the abort of a handler', () => {
  it('a running attempt ends when its handler is aborted', async () => {
    const target = await startTarget(neverAnswers);
    const controller = new AbortController();
    const failing = failureOf(post(transport(), target.url, controller.signal));
    await target.received(1);
    controller.abort();
    expect(await failing).toMatchObject({ code: 'aborted', attempt: 1 });
  });

  it('the wait between two attempts ends when the handler is aborted, with the status of the last attempt', async () => {
    const target = await startTarget(answers(500));
    const controller = new AbortController();
    const warn = vi.fn(() => controller.abort());
    const sender = transport({
      baseDelay: 100_000,
      maxDelay: 100_000,
      logger: { warn, info: vi.fn() },
    });
    expect(await failureOf(post(sender, target.url, controller.signal))).toMatchObject({
      code: 'aborted',
      attempt: 1,
      status: 500,
    });
    expect(warn).toHaveBeenCalledOnce();
  });

  it('a request that waits for a free slot leaves it to the next one when its handler is aborted', async () => {
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

  it('no attempt is made if the handler was aborted before the request', async () => {
    const target = await startTarget(answers(200));
    expect(await failureOf(post(transport(), target.url, AbortSignal.abort()))).toMatchObject({
      code: 'aborted',
      attempt: 0,
    });
    expect(target.requests.length).toBe(0);
  });
});

describe('closing a transport', () => {
  it('close() lets running requests finish, fails waiting ones, and rejects new ones', async () => {
    const { opened, open } = gate();
    const target = await startTarget(answersAfter(opened), answers(200));
    const sender = transport({ maxInFlight: 1 });
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
