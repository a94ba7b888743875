import { describe, expect, it } from 'vitest';
import { createBodyBuffer } from '../../src/adapter/body-buffer.ts';

describe('createBodyBuffer()', () => {
  it('returns a single chunk without a copy', () => {
    const chunk = Buffer.from('chunk');
    const bodyBuffer = createBodyBuffer(5);
    expect(bodyBuffer.add(chunk)).toBe(true);
    expect(bodyBuffer.bytes()).toBe(chunk);
  });

  it('joins chunks of any size', () => {
    const body = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 256));
    for (const size of [1, 7, 4096, 30_000]) {
      const bodyBuffer = createBodyBuffer(body.byteLength);
      for (let at = 0; at < body.byteLength; at += size) {
        expect(bodyBuffer.add(body.subarray(at, at + size))).toBe(true);
      }
      expect(Buffer.from(bodyBuffer.bytes()).equals(body)).toBe(true);
    }
  });

  it('accepts bytes up to its limit, and rejects the chunk that exceeds it', () => {
    const bodyBuffer = createBodyBuffer(3);
    expect(bodyBuffer.add(Buffer.from('ab'))).toBe(true);
    expect(bodyBuffer.add(Buffer.from('c'))).toBe(true);
    expect(bodyBuffer.add(Buffer.from('d'))).toBe(false);
    expect(Buffer.from(bodyBuffer.bytes()).toString()).toBe('abc');
    expect(createBodyBuffer(3).add(Buffer.from('abcd'))).toBe(false);
  });

  it('uses memory for the bytes of the body and not for each chunk', () => {
    const bodyBuffer = createBodyBuffer(2 ** 20);
    const byte = () => new Uint8Array([1]);
    for (let size = 1; size <= 2 ** 20; size++) {
      bodyBuffer.add(byte());
      // If each chunk were kept separately, the memory would grow with the number of chunks.
      if (size % 1000 === 0)
        expect(bodyBuffer.bytes().buffer.byteLength).toBeLessThanOrEqual(Math.max(4096, 2 * size));
    }
    expect(bodyBuffer.bytes().buffer.byteLength).toBe(2 ** 20);
  });

  it('does not modify the chunks of a body', () => {
    const first = Buffer.from('first');
    const bodyBuffer = createBodyBuffer(100);
    bodyBuffer.add(first);
    bodyBuffer.add(Buffer.from('-second'));
    bodyBuffer.add(Buffer.from('-third'));
    expect(first.toString()).toBe('first');
    expect(Buffer.from(bodyBuffer.bytes()).toString()).toBe('first-second-third');
  });

  it('returns no bytes if no chunk was added', () => {
    expect(createBodyBuffer(1).bytes().byteLength).toBe(0);
  });
});
