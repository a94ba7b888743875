import { diagnose } from '@spiderfoot-webhooks/diagnose';
import { describe, expect, it } from 'vitest';
import { recordedMistakes as rows } from './mistakes/recorded-mistakes.ts';

describe('recorded mistakes', () => {
  it('there are at least 150 recorded mistakes', () => {
    expect(rows.length).toBeGreaterThan(150);
  });

  it.each(rows)('diagnose names $mistakes for a mistake of: $command', (row) => {
    const { signature, secret, headers = {} } = row;
    const body = Buffer.from(row.body, 'base64');
    const { mistakes, genuine } = diagnose({ secret, body, signature, otherHeaders: headers });
    expect({ genuine, names: mistakes?.map(({ name }) => name) }).toEqual({
      genuine: false,
      names: row.mistakes,
    });
  });
});
