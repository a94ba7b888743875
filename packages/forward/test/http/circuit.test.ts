import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { gate } from '../support/gate.ts';
import { answers, answersAfter, neverAnswers, startTarget } from '../support/target.ts';
import { failureOf, post, transport } from '../support/transport.ts';

describe('the circuit of an origin', () => {
  const breaking = { retries: 0, breaker: { failures: 3, coolDown: 60_000 } } as const;

  it('the circuit opens after breaker.failures failures, and fails calls with the remaining seconds', async () => {
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

  it('the error of an open circuit contains the status and the answer of the last failure', async () => {
    const target = await startTarget(answers(503, 'Server is busy'));
    const sender = transport(breaking);
    for (let n = 0; n < 3; n += 1) await failureOf(post(sender, target.url));
    const { code, message } = await failureOf(post(sender, target.url));
    expect(code).toBe('circuit_open');
    expect(message).toContain('(status 503): "Server is busy"');
  });

  it('a call that opens the circuit makes no further attempt', async () => {
    const target = await startTarget(answers(500));
    const error = await failureOf(post(transport({ ...breaking, retries: 10 }), target.url));
    expect(error).toMatchObject({ code: 'unavailable', status: 500, attempt: 3 });
    expect(error.retryAfter).toBeGreaterThan(50);
  });

  it('retryAfter is the cool-down of the circuit if the target asked for a shorter wait', async () => {
    const target = await startTarget(answers(503, '', { 'retry-after': '2' }));
    const sender = transport({ retries: 0, breaker: { failures: 1, coolDown: 60_000 } });
    expect((await failureOf(post(sender, target.url))).retryAfter).toBeGreaterThan(50);
  });

  it('an open circuit does not affect other origins', async () => {
    const [down, up] = [await startTarget(answers(500)), await startTarget(answers(200))];
    const sender = transport(breaking);
    for (let n = 0; n < 4; n += 1) await failureOf(post(sender, down.url));
    expect(await post(sender, up.url)).toMatchObject({ status: 200 });
  });

  it('the circuit stays closed if the target rejects events', async () => {
    const target = await startTarget(answers(404));
    const sender = transport(breaking);
    for (let n = 0; n < 5; n += 1) expect((await failureOf(post(sender, target.url))).code).toBe('rejected');
  });

  it('the circuit opens for a target that never answers, even if the handlers are aborted before the timeout', async () => {
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

  it('an open circuit allows one trial after the cool-down, and closes when the trial succeeds', async () => {
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
    const attempts: Promise<unknown>[] = [];
    while (target.requests.length < 4) {
      attempts.push(post(sender, target.url).catch((error: unknown) => error));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await failureOf(post(sender, target.url))).toMatchObject({
      code: 'circuit_open',
      attempt: 0,
      retryAfter: 10,
    });
    expect(target.requests.length).toBe(4);
    open();
    await vi.waitFor(() =>
      expect(info).toHaveBeenCalledWith({ target: 'siem', origin: target.url }, expect.any(String)),
    );
    expect(await post(sender, target.url)).toMatchObject({ status: 200 });
    await Promise.all(attempts);
  });

  it('the circuit closes after the cool-down even if the system clock is set back', async () => {
    const target = await startTarget(answers(500), answers(200));
    const sender = transport({ retries: 0, breaker: { failures: 1, coolDown: 1 } });
    await failureOf(post(sender, target.url));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    await vi.waitFor(async () => expect(await post(sender, target.url)).toMatchObject({ status: 200 }));
  });
});
