import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it, vi } from 'vitest';
import { createPolicy } from '../../src/attempts/policy.ts';
import type { ForwarderAttempt, ForwarderTracer } from '../../src/attempts/trace-attempt.ts';
import { AttemptError } from '../../src/errors/failure.ts';

const origin = 'https://hooks.example.com:8443';

it('runs each attempt in the option trace, with its number and its result', async () => {
  const active = new AsyncLocalStorage<number>();
  const attempts: ForwarderAttempt[] = [];
  const codes: unknown[] = [];
  const trace: ForwarderTracer = async (attempt, send) => {
    attempts.push(attempt);
    const { failure } = await active.run(attempt.attempt, send);
    codes.push(failure?.code);
  };
  const policy = createPolicy('chat', { trace, baseDelay: 1, maxDelay: 1 });
  const sent = policy.run(origin, async () => {
    const attempt = active.getStore();
    if (attempt === 1) throw new AttemptError({ code: 'unavailable' });
    return attempt;
  });
  expect(await sent).toBe(2);
  const common = { target: 'chat', host: 'hooks.example.com:8443' };
  expect(attempts).toEqual([
    { ...common, attempt: 1 },
    { ...common, attempt: 2 },
  ]);
  await vi.waitFor(() => expect(codes).toEqual(['unavailable', undefined]));
});

it.each<[string, ForwarderTracer]>([
  [
    'throws',
    () => {
      throw new Error('no tracing');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no tracing'))],
  ['never settles', () => new Promise(() => {})],
  ['sends twice', (_attempt, send) => [send(), send()]],
])('makes an attempt once with a trace function that %s', async (_, trace) => {
  const attempt = vi.fn(async () => 'sent');
  expect(await createPolicy('chat', { trace }).run(origin, attempt)).toBe('sent');
  expect(attempt).toHaveBeenCalledOnce();
});

it('rejects a trace option that is not a function', () => {
  expect(() => createPolicy('chat', JSON.parse('{"trace":true}'))).toThrow(
    expect.objectContaining({ option: 'trace' }),
  );
});
