import { createInspector } from '@spiderfoot-webhooks/inspector';
import { expect, it } from 'vitest';
import { openTestStore } from './support/serve.ts';

it.each([
  'https://{scanId}',
  'https://{scanId}.example.com/',
  'https://spiderfoot.example.com{scanId}',
  'https://spiderfoot.example.com:{scanId}/',
  'https://{scanId}@spiderfoot.example.com/',
  'javascript:alert("{scanId}")',
  'https://spiderfoot.example.com/',
])('rejects the scanUrl %s', (scanUrl) => {
  expect(() => createInspector(openTestStore(), { scanUrl })).toThrow(
    expect.objectContaining({ option: 'scanUrl' }),
  );
});

it.each(['/scan/{scanId}', '/scaninfo?id={scanId}', '/#{scanId}'])(
  'accepts a scanUrl with the path %s',
  (path) => {
    createInspector(openTestStore(), { scanUrl: `https://spiderfoot.example.com${path}` }).close();
  },
);
