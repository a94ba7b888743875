import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPolicy, type Policy } from '../../src/attempts/policy.ts';
import type { PolicyOptions } from '../../src/attempts/policy-options.ts';
import { AttemptError } from '../../src/errors/failure.ts';
import { ForwardError } from '../../src/errors/forward-error.ts';
import { gate } from '../support/gate.ts';

const origin = 'smtp://mail.example.com:25';
const target = 'email (mail.example.com:25)';

function policy(options: PolicyOptions = {}): Policy {
  const created = createPolicy('email', { baseDelay: 1, ...options });
  onTestFinished(() => created.close());
  return created;
}

describe('a policy', () => {
  it('returns the value of the attempt', async () => {
    expect(await policy().run(origin, async () => 'sent')).toBe('sent');
  });

  it('times out an attempt that ignores its signal', async () => {
    const ignoring = () => new Promise<never>(() => {});
    const running = createPolicy('email', { timeout: 20, retries: 0 }).run(origin, ignoring);
    await expect(running).rejects.toMatchObject({ code: 'timeout', attempt: 1 });
  });

  it('uses the value of an attempt that ends just when its time ends', async () => {
    const late = (signal: AbortSignal) =>
      new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('sent')));
    expect(await policy({ timeout: 20 }).run(origin, late)).toBe('sent');
  });

  it('includes only the code of an error that is not an AttemptError', async () => {
    const cause = Object.assign(new Error('535 AUTH PLAIN top-secret'), {
      code: 'EAUTH',
      command: 'top-secret',
    });
    const running = policy({ retries: 1 }).run(origin, () => Promise.reject(cause));
    const error: unknown = await running.catch((error: unknown) => error);
    expect(error).toMatchObject({
      target,
      code: 'connection',
      attempt: 2,
      message: expect.stringContaining('EAUTH'),
    });
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('top-secret');
  });

  it.each([{ code: 'not a code, but https://example.com/top-secret' }, 'text', null, undefined])(
    'includes nothing from a thrown value without an error code: %j',
    async (thrown) => {
      const error: unknown = await policy({ retries: 0 })
        .run(origin, () => Promise.reject(thrown))
        .catch((error: unknown) => error);
      const withoutDetail = new ForwardError(target, 1, { code: 'connection' });
      expect(error).toMatchObject({ code: 'connection', message: withoutDetail.message });
    },
  );

  it('handles an error that the attempt throws synchronously', async () => {
    const running = policy().run(origin, () => {
      throw new AttemptError({ code: 'rejected', status: 550, hint: 'Check the recipients.' });
    });
    await expect(running).rejects.toMatchObject({
      target,
      code: 'rejected',
      status: 550,
      attempt: 1,
      message: expect.stringContaining('Check the recipients.'),
    });
  });

  it('makes as many retries as the option "retries" allows', async () => {
    let attempts = 0;
    const failing = async () => {
      attempts += 1;
      throw new AttemptError({ code: 'unavailable' });
    };
    await expect(policy({ retries: 4, breaker: false }).run(origin, failing)).rejects.toMatchObject({
      attempt: 5,
    });
    expect(attempts).toBe(5);
  });

  it('close() waits for the running attempts', async () => {
    const { opened, open } = gate();
    const closing = policy();
    const running = closing.run(origin, () => opened);
    const closed = vi.fn();
    const done = closing.close().then(closed);
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).not.toHaveBeenCalled();
    open();
    await running;
    await done;
  });
});
