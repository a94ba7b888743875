import { deliveryJson, exportLines } from '@spiderfoot-webhooks/core/stores';
import { expect, it } from 'vitest';
import { createRecord } from '../support/records.ts';

const hostile = '\u001b[31m\u009b2J\u202e\u{e0001}\u2028';

const delivery = createRecord({
  eventType: hostile,
  target: hostile,
  body: Buffer.from(JSON.stringify({ target: hostile })),
});

async function* onePage() {
  yield [delivery];
}

async function exported(format: 'csv' | 'jsonl'): Promise<string> {
  const parts = [];
  for await (const part of exportLines(onePage(), format)) parts.push(part);
  return parts.join('');
}

it.each(['csv', 'jsonl'] as const)(
  'an export as %s contains no control characters other than line breaks',
  async (format) => {
    const text = await exported(format);
    expect(text).toContain('\\u001b[31m\\u009b2J\\u202e\\udb40\\udc01\\u2028');
    expect(text.replace(/\r?\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  },
);

it('a line of an export as JSON has the same value as deliveryJson()', async () => {
  expect(JSON.parse(await exported('jsonl'))).toEqual(JSON.parse(JSON.stringify(deliveryJson(delivery))));
});
