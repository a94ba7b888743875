import { exportLines } from '@spiderfoot-webhooks/core/stores';
import { expect, it } from 'vitest';
import { createRecord } from '../support/records.ts';

async function* pageOf(count: number, body: string) {
  yield Array.from({ length: count }, () => createRecord({ body: Buffer.from(body) }));
}

async function partsOf(count: number, body: string): Promise<readonly string[]> {
  const parts = [];
  for await (const part of exportLines(pageOf(count, body), 'jsonl')) parts.push(part);
  return parts;
}

it('an export of large bodies has a part for each, because all may exceed the longest string', async () => {
  const parts = await partsOf(5, 'x'.repeat(100_000));
  expect(parts.map((part) => part.split('\n').length - 1)).toEqual([1, 1, 1, 1, 1]);
});

it('an export joins the lines of small bodies', async () => {
  const parts = await partsOf(100, '{}');
  expect(parts.join('').split('\n')).toHaveLength(101);
  expect(parts).toHaveLength(1);
});
