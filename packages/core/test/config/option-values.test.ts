import { expect, it } from 'vitest';
import { defaultMaxBodySize, formatSize, parseSize } from '../../src/config/values.ts';
import { readOptions } from '../../src/options/settings.ts';

it.each([
  [1, '1b'],
  [1000, '1000b'],
  [1024, '1kb'],
  [524_288, '512kb'],
  [1_572_864, '1536kb'],
  [1_048_576, '1mb'],
  [3 * 1024 ** 3, '3gb'],
])('formatSize writes %d bytes as %s, which parseSize reads', (size, text) => {
  expect(formatSize(size)).toBe(text);
  expect(parseSize(text)).toBe(size);
});

it('defaultMaxBodySize is the limit of a receiver without the option maxBodySize', () => {
  expect(readOptions({ secret: 'a secret' }).maxBodySize).toBe(defaultMaxBodySize);
});
