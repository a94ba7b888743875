import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { remembered } from '../../src/overview/remembered.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function countReads(duration: number) {
  const reads: string[] = [];
  const read = remembered(
    async (key: string) => {
      reads.push(key);
      await vi.advanceTimersByTimeAsync(duration);
    },
    (key) => key,
  );
  return { read, reads };
}

describe('a remembered read', () => {
  it('a remembered read is kept for a second', async () => {
    const { read, reads } = countReads(0);
    await read('a');
    vi.advanceTimersByTime(999);
    await read('a');
    expect(reads).toEqual(['a']);
    vi.advanceTimersByTime(1);
    await read('a');
    expect(reads).toEqual(['a', 'a']);
  });

  it('a remembered read is kept for four times its duration if it took long', async () => {
    const { read, reads } = countReads(500);
    await read('a');
    vi.advanceTimersByTime(1999);
    await read('a');
    expect(reads).toEqual(['a']);
    vi.advanceTimersByTime(1);
    await read('a');
    expect(reads).toEqual(['a', 'a']);
  });

  it('a remembered read begins when the read of another input has ended, even if it failed', async () => {
    const events: string[] = [];
    const ends = new Map<string, () => void>();
    const read = remembered(
      async (key: string) => {
        events.push(`begin ${key}`);
        await new Promise<void>((resolve) => ends.set(key, resolve));
        events.push(`end ${key}`);
        if (key === 'a') throw new Error('failed');
      },
      (key) => key,
    );
    const both = Promise.allSettled([read('a'), read('b')]);
    await vi.advanceTimersByTimeAsync(0);
    ends.get('a')?.();
    await vi.advanceTimersByTimeAsync(0);
    ends.get('b')?.();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(events).toEqual(['begin a', 'end a', 'begin b', 'end b']);
  });

  it('a remembered read is forgotten when 16 others are newer', async () => {
    const { read, reads } = countReads(0);
    for (let key = 0; key <= 16; key++) await read(String(key));
    await read('1');
    expect(reads).toHaveLength(17);
    await read('0');
    expect(reads).toHaveLength(18);
  });
});
