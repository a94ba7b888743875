import { describe, expect, it, vi } from 'vitest';
import {
  answers,
  answersGarbage,
  type Behavior,
  floods,
  neverAnswers,
  resets,
  stalls,
  startTarget,
} from '../support/target.ts';
import { failureOf, post, transport } from '../support/transport.ts';

describe('retried requests', () => {
  it.each<[string, Behavior]>([
    ['a reset connection', resets],
    ['garbage', answersGarbage],
    ['408', answers(408)],
    ['429', answers(429)],
    ['500', answers(500)],
    ['503', answers(503)],
    ['a timeout', neverAnswers],
    ['an error whose body never ends', stalls(500)],
    ['an error with an endless body', floods(502)],
  ])('retries after %s', async (_name, behavior) => {
    const target = await startTarget(behavior, behavior, answers(200));
    expect(await post(transport({ timeout: 1000 }), target.url)).toMatchObject({ status: 200 });
    expect(target.requests.length).toBe(3);
  });

  it('retries after a refused connection until no retries are left', async () => {
    const error = await failureOf(post(transport({ retries: 3 }), 'http://127.0.0.1:1'));
    expect(error).toMatchObject({ code: 'connection', attempt: 4, status: undefined });
    expect(error.target).toBe('siem (127.0.0.1:1)');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('retries after the Retry-After of the target if it is at most maxDelay', async () => {
    const target = await startTarget(answers(429, '', { 'retry-after': '1' }), answers(200));
    const warn = vi.fn<(details: { delay?: number }, message: string) => void>();
    await post(transport({ logger: { warn, info: vi.fn() } }), target.url);
    expect(warn).toHaveBeenCalledOnce();
    const { delay, ...details } = warn.mock.calls[0]?.[0] ?? {};
    expect(details).toEqual({
      target: 'siem',
      host: new URL(target.url).host,
      code: 'rate_limited',
      status: 429,
      attempt: 1,
    });
    expect(delay).toBeGreaterThanOrEqual(1000);
  });
});

describe('requests that are not retried', () => {
  it.each([400, 401, 403, 404, 410, 413, 422])('does not retry after the status %i', async (status) => {
    const target = await startTarget(answers(status, 'no such hook'), answers(200));
    const error = await failureOf(post(transport(), target.url));
    expect(error).toMatchObject({ code: 'rejected', status, attempt: 1, retryAfter: undefined });
    expect(error.message).toContain(`(status ${status}, attempt 1): "no such hook". `);
    expect(target.requests.length).toBe(1);
  });

  it.each([301, 302, 303, 307, 308])(
    'does not follow the redirect %i, and does not retry',
    async (status) => {
      const other = await startTarget(answers(200));
      const target = await startTarget(answers(status, '', { location: other.url }));
      expect(await failureOf(post(transport(), target.url))).toMatchObject({
        code: 'redirected',
        status,
        attempt: 1,
      });
      expect(target.requests.length).toBe(1);
      expect(other.requests.length).toBe(0);
    },
  );

  it('does not retry if the Retry-After of the target is longer than maxDelay', async () => {
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
  ])(
    'does not retry after a 2xx status, even if the body of the answer %s',
    async (_name, behavior, length, timeout) => {
      const target = await startTarget(behavior);
      const answer = await post(transport({ timeout }), target.url);
      expect(answer).toMatchObject({ status: 200, truncated: true });
      expect(answer.body.length).toBe(length);
      expect(target.requests.length).toBe(1);
    },
  );
});
