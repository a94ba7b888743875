import { describe, expect, it } from 'vitest';
import {
  type DeliveryWithBody,
  deliveryFromJson,
  deliveryJson,
  exportLines,
} from '../../src/stores/index.ts';
import { createRecord } from '../support/records.ts';

const printed = (record: object) => JSON.parse(JSON.stringify(deliveryJson(record)));

async function exported(format: 'csv' | 'jsonl', ...records: readonly DeliveryWithBody[]): Promise<string> {
  async function* pages() {
    yield records;
  }
  const parts: string[] = [];
  for await (const part of exportLines(pages(), format)) parts.push(part);
  return parts.join('');
}

/** Bytes that are easily lost in a string: a byte order mark, an emoji, a NUL, and a byte that is not UTF-8. */
const bodies = {
  'a byte order mark': Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d),
  'an emoji and NUL': new TextEncoder().encode('{"a":"\u{1f512}\0"}'),
  'a byte that is not UTF-8': Uint8Array.of(0x7b, 0xff, 0x7d),
  'many bytes that are not UTF-8': new Uint8Array(100_000).fill(0xfe),
  'no bytes': new Uint8Array(),
};

describe('the JSON of a delivery', () => {
  it('deliveryJson() has camelCase names in a fixed order, and times in ISO 8601', () => {
    const record = createRecord({ nextAttempt: new Date(0), body: new TextEncoder().encode('{}') });
    expect(Object.keys(deliveryJson(record))).toEqual([
      'key',
      'id',
      'endpoint',
      'receivedAt',
      'ip',
      'eventType',
      'dialect',
      'scanId',
      'target',
      'state',
      'attempts',
      'failures',
      'nextAttempt',
      'handlers',
      'error',
      'code',
      'issues',
      'body',
    ]);
    expect(printed(record)).toMatchObject({
      receivedAt: '2024-01-01T00:00:00.000Z',
      nextAttempt: '1970-01-01T00:00:00.000Z',
      body: '{}',
    });
  });

  it('deliveryJson() omits undefined fields and fields that are not part of a delivery', () => {
    expect(printed({ receivedAt: new Date(0), ip: undefined, secret: 'x' })).toEqual({
      receivedAt: '1970-01-01T00:00:00.000Z',
    });
  });

  it.each(Object.entries(bodies))('deliveryJson() keeps every byte of a body with %s', (_, body) => {
    const { body: text, bodyBase64 } = printed({ body });
    const bytes = text === undefined ? Buffer.from(bodyBase64, 'base64') : Buffer.from(text);
    expect(bytes.equals(body)).toBe(true);
  });
});

describe('deliveryFromJson()', () => {
  it.each(Object.entries(bodies))('deliveryFromJson() restores a delivery whose body has %s', (_, body) => {
    const runs = [{ startedAt: new Date(1), duration: 2.5, error: 'down' }];
    const record = createRecord({
      ...{ state: 'queued', nextAttempt: new Date(0), error: 'down', code: 'invalid_event', body },
      ...{ handlers: [{ name: 'siem', succeeded: false, attempts: 1, error: 'down', runs }], failures: 1 },
    });
    expect(deliveryFromJson(printed(record))).toEqual(record);
  });

  it('deliveryFromJson() ignores invalid handlers and invalid runs', () => {
    const handler = { name: 'siem', succeeded: true, attempts: 1 };
    const run = { startedAt: '2024-01-01T00:00:00.000Z', duration: 1 };
    const wrong = [
      { ...run, startedAt: 'x' },
      { ...run, duration: '1' },
      { ...run, error: 1 },
      { duration: 1 },
      1,
      null,
    ];
    const handlers = [{ ...handler, runs: [...wrong, run] }, { ...handler, runs: 'x' }, { name: 'siem' }];
    expect(deliveryFromJson({ ...printed(createRecord()), handlers }).handlers).toEqual([
      { ...handler, runs: [{ ...run, startedAt: new Date(run.startedAt) }] },
      handler,
    ]);
  });

  it.each(['key', 'receivedAt', 'state'] as const)(
    'deliveryFromJson() rejects a delivery without %s',
    (name) => {
      expect(() => deliveryFromJson({ ...printed(createRecord()), [name]: undefined })).toThrow(TypeError);
    },
  );
});

describe('an export of deliveries', () => {
  it('exports the JSON of one delivery on each line as JSONL', async () => {
    const [one, two] = [createRecord({ key: '1', body: bodies['no bytes'] }), createRecord({ key: '2' })];
    const records = [one, two].map((record) => ({ ...record, body: bodies['a byte that is not UTF-8'] }));
    const lines = (await exported('jsonl', ...records)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(records.map(printed));
  });

  it('exports the columns of the JSON as CSV, with the body in body or in bodyBase64', async () => {
    const text = await exported(
      'csv',
      createRecord({ target: '=1+1', body: bodies['a byte that is not UTF-8'] }),
    );
    const [header, line] = text.split('\r\n');
    expect(header).toBe(
      'key,id,endpoint,receivedAt,ip,eventType,dialect,scanId,target,state,attempts,error,code,body,bodyBase64',
    );
    expect(line).toContain("'=1+1");
    expect(line).toMatch(/,,e\/99$/);
  });

  it('rejects an unknown export format with a ConfigurationError', async () => {
    const format: 'csv' = JSON.parse('"xml"');
    await expect(exported(format)).rejects.toMatchObject({ name: 'ConfigurationError', option: 'format' });
  });
});
