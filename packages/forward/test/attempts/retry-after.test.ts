import { describe, expect, it } from 'vitest';
import { delayAfter } from '../../src/attempts/retry-delay.ts';
import { parseRetryAfter } from '../../src/http/retry-after-header.ts';

const now = Date.parse('2024-01-01T12:00:00Z');

describe('parseRetryAfter', () => {
  it.each<[unknown, number | undefined]>([
    ['0', 0],
    ['120', 120],
    [' 7 ', 7],
    ['9999999999', 86_400],
    ['Mon, 01 Jan 2024 12:01:30 GMT', 90],
    ['Monday, 01-Jan-24 12:01:30 GMT', 90],
    ['Mon, 01 Jan 2024 11:00:00 GMT', 0],
    ['Fri, 01 Jan 2999 11:00:00 GMT', 86_400],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['Monday, perhaps', undefined],
    ['2024-01-01T12:01:30Z', undefined],
    ['', undefined],
    ['99999999999999999999', undefined],
    [['1', '2'], undefined],
    [undefined, undefined],
  ])('reads the header %j as %s seconds', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });
});

describe('delayAfter', () => {
  const options = { baseDelay: 100, maxDelay: 1000 };
  const delays = (attempt: number, retryAfter?: number) =>
    Array.from({ length: 500 }, () => delayAfter(attempt, retryAfter, options));

  it('returns a random delay from a range that doubles with each attempt, up to maxDelay', () => {
    for (const [attempt, longest] of [
      [1, 100],
      [2, 200],
      [3, 400],
      [9, 1000],
    ] as const) {
      const waits = delays(attempt);
      expect(Math.max(...waits)).toBeLessThanOrEqual(longest);
      expect(Math.max(...waits)).toBeGreaterThan(longest * 0.8);
      expect(Math.min(...waits)).toBeLessThan(longest * 0.2);
    }
  });

  it('returns at least the requested wait, plus a random part', () => {
    const waits = delays(1, 3);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(3000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3100);
    expect(new Set(waits).size).toBeGreaterThan(10);
  });
});
