import { describe, expect, it } from 'vitest';
import type { Attempted } from '../../src/attempts/attempt.ts';
import { createCircuitBreaker } from '../../src/attempts/circuit-breaker.ts';
import type { FailureDetails } from '../../src/errors/failure.ts';

const unavailable: FailureDetails = { code: 'unavailable' };

/** A breaker, the changes of its circuit, and functions that run an attempt with a given result. */
function breaker(options: { failures?: number; coolDown?: number } = {}) {
  const changes: string[] = [];
  const created = createCircuitBreaker({
    failures: 2,
    coolDown: 2 ** 30,
    timeout: 10_000,
    onOpen: () => changes.push('open'),
    onTrial() {},
    onClose: () => changes.push('closed'),
    ...options,
  });
  return {
    changes,
    coolDownLeft: created.coolDownLeft,
    fail: (failure = unavailable) => created.run(async () => ({ failure })),
    succeed: () => created.run(async () => ({ value: 'sent' })),
    throwError: () => created.run(() => Promise.reject(new Error('a bug'))),
    /** Start an attempt, and return functions that end it. */
    start() {
      let end = (_attempted: Attempted<string>) => {};
      const result = created.run(
        () =>
          new Promise<Attempted<string>>((resolve) => {
            end = resolve;
          }),
      );
      return {
        result,
        succeed: () => end({ value: 'sent' }),
        fail: () => end({ failure: unavailable }),
      };
    },
  };
}

/** Wait until a cool-down of one millisecond has passed on the clock of the breaker. */
async function coolDownPassed(coolDownLeft: () => number | undefined): Promise<void> {
  while (coolDownLeft() !== undefined) await new Promise((resolve) => setTimeout(resolve, 1));
}

const rejected = { failure: { code: 'circuit_open' } };

describe('a circuit breaker', () => {
  it('opens after `failures` failures in a row, and rejects calls with the remaining seconds', async () => {
    const { changes, fail, succeed, coolDownLeft } = breaker({ coolDown: 5000 });
    await fail();
    await succeed();
    await fail();
    expect(changes).toEqual([]);
    await fail();
    expect(changes).toEqual(['open']);
    await expect(succeed()).rejects.toMatchObject({ failure: { code: 'circuit_open', retryAfter: 5 } });
    expect(coolDownLeft()).toBe(5);
  });

  it.each<[FailureDetails['code'], boolean]>([
    ['unavailable', true],
    ['rate_limited', true],
    ['timeout', true],
    ['connection', true],
    ['aborted', true],
    ['rejected', false],
    ['redirected', false],
    ['invalid_answer', false],
  ])('counts the code %s as a failure: %s', async (code, counts) => {
    const { changes, fail } = breaker({ failures: 1 });
    await fail({ code });
    expect(changes).toEqual(counts ? ['open'] : []);
  });

  it('allows one trial after the cool-down, and rejects other calls during the trial', async () => {
    const { changes, fail, succeed, start, coolDownLeft } = breaker({ failures: 1, coolDown: 1 });
    await fail();
    await coolDownPassed(coolDownLeft);
    const trial = start();
    await expect(succeed()).rejects.toMatchObject({ failure: { code: 'circuit_open', retryAfter: 10 } });
    trial.succeed();
    await trial.result;
    expect(changes).toEqual(['open', 'closed']);
    expect(await succeed()).toEqual({ value: 'sent' });
  });

  it('opens again if the trial fails, and restarts its count after a successful trial', async () => {
    const { changes, fail, succeed, coolDownLeft } = breaker({ coolDown: 1 });
    await fail();
    await fail();
    await coolDownPassed(coolDownLeft);
    await fail();
    expect(changes).toEqual(['open', 'open']);
    await coolDownPassed(coolDownLeft);
    await succeed();
    await fail();
    expect(changes).toEqual(['open', 'open', 'closed']);
  });

  it('opens again if the trial throws', async () => {
    const { changes, fail, throwError, coolDownLeft } = breaker({ failures: 1, coolDown: 1 });
    await fail();
    await coolDownPassed(coolDownLeft);
    await expect(throwError()).rejects.toThrow('a bug');
    expect(changes).toEqual(['open', 'open']);
  });

  it('stays open when attempts that began before it opened end late, with success or failure', async () => {
    const { changes, fail, succeed, start } = breaker({ failures: 1 });
    const [late, later] = [start(), start()];
    await fail();
    late.succeed();
    later.fail();
    await Promise.all([late.result, later.result]);
    expect(changes).toEqual(['open']);
    await expect(succeed()).rejects.toMatchObject(rejected);
  });

  it('closes or opens by the result of the trial only, even if earlier attempts end during the trial', async () => {
    const { changes, fail, succeed, start, coolDownLeft } = breaker({ failures: 1, coolDown: 1 });
    const [late, later] = [start(), start()];
    await fail();
    await coolDownPassed(coolDownLeft);
    const trial = start();
    late.fail();
    later.succeed();
    await Promise.all([late.result, later.result]);
    await expect(succeed()).rejects.toMatchObject(rejected);
    expect(changes).toEqual(['open']);
    trial.succeed();
    await trial.result;
    expect(changes).toEqual(['open', 'closed']);
  });
});
