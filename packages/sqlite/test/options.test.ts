import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../src/index.ts';
import { openError } from './support/open-error.ts';
import { temporaryPath } from './support/temporary-files.ts';

it.each<[string, Record<string, unknown>]>([
  ['concurency', { concurency: 1 }],
  ['concurrency', { concurrency: 0 }],
  ['concurrency', { concurrency: 1.5 }],
  ['maxAttempts', { maxAttempts: 2.5 }],
  ['maxAttempts', { maxAttempts: 0 }],
  ['baseDelay', { baseDelay: -1 }],
  ['maxDelay', { maxDelay: Number.POSITIVE_INFINITY }],
  ['lease', { lease: '30' }],
  ['pollInterval', { pollInterval: 2 ** 31 }],
  ['closeTimeout', { closeTimeout: Number.NaN }],
  ['logger', { logger: {} }],
  ['retention', { retention: {} }],
  ['retention', { retention: { every: 1 } }],
  ['retention.maxAge', { retention: { maxAge: 0 } }],
  ['retention.maxAge', { retention: { maxAge: Number.POSITIVE_INFINITY } }],
  ['retention.keep', { retention: { keep: 1.5 } }],
  ['retention.every', { retention: { keep: 1, every: 2 ** 31 } }],
  ['retention.states', { retention: { keep: 1, states: ['queued'] } }],
  ['retention.age', { retention: { keep: 1, age: 1 } }],
])('openStore() throws an error that names the invalid option %s', (option, options) => {
  const path = temporaryPath();
  expect(openError(path, options).option).toBe(option);
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

it.each([
  ...['maxAttempts', 'baseDelay', 'maxDelay', 'concurrency', 'lease', 'pollInterval', 'closeTimeout'],
  ...['retention', 'mustExist', 'readOnly', 'logger'],
])('openStore() uses the default if %s is undefined', async (option) => {
  const opened = Reflect.apply(openStore, undefined, [temporaryPath(), { [option]: undefined }]);
  await opened.close();
});
