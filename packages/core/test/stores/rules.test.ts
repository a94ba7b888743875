import { describe, expect, it } from 'vitest';
import type { DeliveryState, QueueState } from '../../src/stores/index.ts';
import { checkFilter, endpointTaken, isTaken, mayReplace, retryDelay } from '../../src/stores/index.ts';

describe('retryDelay()', () => {
  const options = { baseDelay: 1000, maxDelay: 60_000 };

  it('retryDelay() is random, at most baseDelay doubled for each attempt, and never above maxDelay', () => {
    for (const attempt of [1, 2, 3, 6, 7, 8, 50, 2000]) {
      const longest = Math.min(60_000, 1000 * 2 ** (attempt - 1));
      const draws = Array.from({ length: 400 }, () => retryDelay(attempt, undefined, options));
      expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...draws)).toBeLessThanOrEqual(longest);
      // 400 draws miss the lowest or the highest tenth in only one of 10^18 runs.
      expect(Math.min(...draws)).toBeLessThan(longest * 0.1);
      expect(Math.max(...draws)).toBeGreaterThan(longest * 0.9);
    }
  });

  it('retryDelay() is at least the wait that a handler asks for, even if it exceeds maxDelay', () => {
    for (let n = 0; n < 200; n++) {
      expect(retryDelay(1, 30, options)).toBe(30_000);
      expect(retryDelay(1, 3600, options)).toBe(3_600_000);
      expect(retryDelay(1, 2, { baseDelay: 1, maxDelay: 100 })).toBe(2000);
      const drawn = retryDelay(6, 1, options);
      expect(drawn).toBeGreaterThanOrEqual(1000);
      expect(drawn).toBeLessThanOrEqual(32_000);
    }
  });

  it.each([86_401, 2 ** 31, 1e12, Number.MAX_VALUE])(
    'retryDelay() is one day if a handler asks for %d seconds',
    (retryAfter) => {
      expect(retryDelay(1, retryAfter, options)).toBe(86_400_000);
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -5, 0])(
    'retryDelay() is only the backoff if a handler asks for %d seconds',
    (retryAfter) => {
      const delay = retryDelay(1, retryAfter, { baseDelay: 10, maxDelay: 10 });
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(10);
    },
  );

  it('retryDelay() is an integer number of milliseconds for any options', () => {
    for (let n = 0; n < 2000; n++) {
      const [attempt, retryAfter, baseDelay, maxDelay] = [1, 1, 1, 1].map(() =>
        Math.ceil(Math.random() * 2 ** 31),
      );
      const delay = retryDelay(attempt ?? 1, retryAfter, {
        baseDelay: baseDelay ?? 1,
        maxDelay: maxDelay ?? 1,
      });
      expect(Number.isSafeInteger(delay)).toBe(true);
      expect(delay).toBeLessThanOrEqual(Math.max(86_400_000, maxDelay ?? 1));
    }
  });
});

describe('the state of a delivery', () => {
  const states = [
    'received',
    'processed',
    'failed',
    'ignored',
    'rejected',
    'queued',
    'running',
    'dead',
  ] as const;
  const entries: readonly DeliveryState[] = ['received', 'processed', 'failed', 'ignored', 'rejected'];

  it.each<DeliveryState | QueueState>(['processed', 'queued', 'running'])(
    'a delivery that is %s has duplicates, and a log entry does not replace it',
    (state) => {
      expect(isTaken(state)).toBe(true);
      for (const entry of entries)
        for (const attempt of [0, 1]) expect(mayReplace({ state, attempt }, entry)).toBe(false);
    },
  );

  it('a log entry replaces other states, except that an attempted delivery does not become ignored or rejected', () => {
    for (const state of states.filter((other) => !isTaken(other))) {
      const replacing = (attempt: number) => entries.filter((entry) => mayReplace({ state, attempt }, entry));
      expect(replacing(0)).toEqual(entries);
      expect(replacing(1)).toEqual(['received', 'processed', 'failed']);
    }
  });
});

describe('checkFilter()', () => {
  it.each([undefined, null, 'dead'])('rejects %j, which plain JavaScript may pass', (filter) => {
    const check = () => Reflect.apply(checkFilter, undefined, [filter]);
    expect(check).toThrow(expect.objectContaining({ option: 'filter' }));
  });

  it('lists the states when it rejects an unknown one', () => {
    const check = () => Reflect.apply(checkFilter, undefined, [{ state: 'ded' }]);
    expect(check).toThrow('received, processed, failed, ignored, rejected, queued, running, dead');
    expect(check).toThrow(expect.objectContaining({ option: 'state' }));
  });
});

describe('endpointTaken()', () => {
  it('endpointTaken() names the option endpoint', () => {
    expect(endpointTaken('default')).toMatchObject({
      option: 'endpoint',
      message: expect.stringContaining('a unique "endpoint"'),
    });
  });
});
