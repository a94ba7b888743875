import { describe, expect, it } from 'vitest';
import { createBodyBuffer } from '../../src/adapter/body-buffer.ts';

describe('a collector', () => {
  it('hands on a single chunk as it came', () => {
    const chunk = Buffer.from('whole');
    const collector = createBodyBuffer(5);
    expect(collector.add(chunk)).toBe(true);
    expect(collector.bytes()).toBe(chunk);
  });

  it('puts together what comes in any pieces', () => {
    const whole = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 256));
    for (const size of [1, 7, 4096, 30_000]) {
      const collector = createBodyBuffer(whole.byteLength);
      for (let at = 0; at < whole.byteLength; at += size) {
        expect(collector.add(whole.subarray(at, at + size))).toBe(true);
      }
      expect(Buffer.from(collector.bytes()).equals(whole)).toBe(true);
    }
  });

  it('takes its limit and not a byte more', () => {
    const collector = createBodyBuffer(3);
    expect(collector.add(Buffer.from('ab'))).toBe(true);
    expect(collector.add(Buffer.from('c'))).toBe(true);
    expect(collector.add(Buffer.from('d'))).toBe(false);
    expect(Buffer.from(collector.bytes()).toString()).toBe('abc');
    expect(createBodyBuffer(3).add(Buffer.from('abcd'))).toBe(false);
  });

  it('takes memory for the body, not for its pieces', () => {
    const collector = createBodyBuffer(2 ** 20);
    const byte = () => new Uint8Array([1]);
    for (let size = 1; size <= 2 ** 20; size++) {
      collector.add(byte());
      // Of chunks kept one by one this would be their number.
      if (size % 1000 === 0)
        expect(collector.bytes().buffer.byteLength).toBeLessThanOrEqual(Math.max(4096, 2 * size));
    }
    expect(collector.bytes().buffer.byteLength).toBe(2 ** 20);
  });

  it('does not write into what it was given', () => {
    const first = Buffer.from('first');
    const collector = createBodyBuffer(100);
    collector.add(first);
    collector.add(Buffer.from('-second'));
    collector.add(Buffer.from('-third'));
    expect(first.toString()).toBe('first');
    expect(Buffer.from(collector.bytes()).toString()).toBe('first-second-third');
  });

  it('of nothing is empty', () => {
    expect(createBodyBuffer(1).bytes().byteLength).toBe(0);
  });
});
