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

describe('A policy', () => {
  it('hands back what the attempt returns', async () => {
    expect(await policy().run(origin, async () => 'sent')).toBe('sent');
  });

  it('ends an attempt that takes no notice of its signal', async () => {
    const stubborn = () => new Promise<never>(() => {});
    const running = createPolicy('email', { timeout: 20, retries: 0 }).run(origin, stubborn);
    await expect(running).rejects.toMatchObject({ code: 'timeout', attempt: 1 });
  });

  it('takes the value of an attempt that has it when its time ends', async () => {
    const late = (signal: AbortSignal) =>
      new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('sent')));
    expect(await policy({ timeout: 20 }).run(origin, late)).toBe('sent');
  });

  it('tells of an error that is not its own the code alone', async () => {
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

  it.each([{ code: 'no code, but https://example.com/top-secret' }, 'a text', null, undefined])(
    'tells nothing of what has no code: %j',
    async (thrown) => {
      const error: unknown = await policy({ retries: 0 })
        .run(origin, () => Promise.reject(thrown))
        .catch((error: unknown) => error);
      const withoutDetail = new ForwardError(target, 1, { code: 'connection' });
      expect(error).toMatchObject({ code: 'connection', message: withoutDetail.message });
    },
  );

  it('takes what is thrown at once as it takes a rejection', async () => {
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

  it('makes as many attempts as it is told', async () => {
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

  it('is closed when the attempts under way are through', async () => {
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
