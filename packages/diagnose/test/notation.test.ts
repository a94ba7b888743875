import { createHmac } from 'node:crypto';
import { diagnoseNotation } from '@spiderfoot-webhooks/diagnose';
import { expect, it } from 'vitest';

const digest = (algorithm: string, encoding: 'hex' | 'base64') =>
  createHmac(algorithm, 's3cret').update('{}').digest(encoding);

it.each([
  [`sha256=${digest('sha1', 'hex').toUpperCase()}`, 'signature-sha-1', 'length'],
  [digest('sha512', 'hex').toUpperCase(), 'signature-sha-512', 'length'],
  [`sha256=${digest('sha256', 'base64')}`, 'signature-base64', 'alphabet'],
  [`sha256=${digest('sha256', 'hex').slice(1)}`, 'signature-cut', 'length'],
])('without a body, diagnoseNotation finds the mistake in %s', (signature, name, wrongStep) => {
  const { mistakes, steps } = diagnoseNotation(signature);
  expect(mistakes.map((mistake) => mistake.name)).toEqual([name]);
  expect(steps.filter(({ verdict }) => verdict === 'wrong').map(({ what }) => what)).toContain(wrongStep);
});

it('diagnoseNotation finds no mistake in a signature that is written correctly', () => {
  const { mistakes, steps } = diagnoseNotation(`sha256=${digest('sha256', 'hex')}`);
  expect(mistakes).toEqual([]);
  expect(steps.every(({ verdict }) => verdict === 'right')).toBe(true);
});
