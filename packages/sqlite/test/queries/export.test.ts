import { describe, expect, it } from 'vitest';
import { at, exportText, record } from '../support/log-entries.ts';
import { python } from '../support/processes.ts';
import { open, query, temporaryPath } from '../support/temporary-files.ts';

describe('An export', () => {
  const nasty = [
    'plain',
    'comma, "quote"',
    'line\r\nend',
    '=HYPERLINK("http://evil")',
    '+1+1',
    '-2',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '',
    '{"é":"日本"}',
  ];

  it('as JSONL has one line for each delivery, with its body', async () => {
    const store = open(temporaryPath());
    await record(
      store,
      ...nasty.map((body, n) => ({
        body: Buffer.from(body),
        receivedAt: at(n),
        target: body || 'none',
        ip: undefined,
      })),
    );
    await record(store, {
      ...{ state: 'failed', error: 'a\nb', failures: [{ handler: 'h', error: 'down' }], receivedAt: at(50) },
    });
    const lines = (await exportText(store, 'jsonl')).split('\n');
    expect(lines.pop()).toBe('');
    const parsed = lines.map((line) => JSON.parse(line)).reverse();
    expect(parsed.slice(0, -1).map(({ body }) => body)).toEqual(nasty);
    expect(parsed[0]).toEqual({
      ...{ key: '1', id: expect.any(String), endpoint: 'default', receivedAt: '2024-01-01T00:00:00.000Z' },
      ...{ eventType: 'scan_completed', dialect: 'guide', target: 'plain', state: 'processed' },
      ...{ attempts: 1, failures: 0 },
      ...{ handlers: [{ name: 'handler', succeeded: true, attempts: 1 }], issues: [], body: 'plain' },
    });
    expect(parsed.at(-1)).toMatchObject({ error: 'a\nb', handlers: [{}, { name: 'h', error: 'down' }] });
  });

  it('as CSV is read by Python, and no cell is a formula', async () => {
    const store = open(temporaryPath());
    await record(
      store,
      ...nasty.map((body, n) => ({ body: Buffer.from(body), receivedAt: at(n), target: body || 'none' })),
    );
    const csv = await exportText(store, 'csv');
    const read = python(
      `
import csv, io, json, sys
print(json.dumps(list(csv.DictReader(io.StringIO(sys.argv[1], newline='')))))
`,
      csv,
    );
    const rows: readonly Record<string, string>[] = JSON.parse(read).reverse();
    expect(rows).toHaveLength(nasty.length);
    for (const [n, row] of rows.entries()) {
      const body = nasty[n] ?? '';
      const formula = n >= 3 && n <= 10;
      expect(row).toMatchObject({
        ...{
          key: String(n + 1),
          eventType: 'scan_completed',
          state: 'processed',
          attempts: '1',
          error: '',
          code: '',
        },
        body: formula ? `'${body}` : body,
        target: body === '' ? 'none' : formula ? `'${body}` : body,
      });
    }
    expect(csv.startsWith('key,id,endpoint,receivedAt,ip,eventType,')).toBe(true);
  });

  it.each([
    ['example.com;=1+1', '"example.com;=1+1"'],
    ['example.com\t=1+1', '"example.com\t=1+1"'],
    ['example.com|=1+1', '"example.com|=1+1"'],
    ['example.com,=1+1', '"example.com,=1+1"'],
    ["it's", '"it\'s"'],
    [' example.com', '" example.com"'],
    ['example.com ', '"example.com "'],
    ['example.com\u00a0', '"example.com\u00a0"'],
    ['=1+1', '"\'=1+1"'],
    ['+1', '"\'+1"'],
    ['-1', '"\'-1"'],
    ['@SUM(1)', '"\'@SUM(1)"'],
    ['\t1', '"\'\t1"'],
    ['\r1', '"\'\r1"'],
    ['\n1', '"\'\n1"'],
    ['  =1+1', '"\'  =1+1"'],
    ['\u00a0=1+1', '"\'\u00a0=1+1"'],
    ['\ufeff=1+1', '"\'\\ufeff=1+1"'],
    ['\u200b=1+1', '"\'\\u200b=1+1"'],
    ['\uff1d1+1', '"\'\uff1d1+1"'],
    ['\uff0b1', '"\'\uff0b1"'],
    ['\uff0d1', '"\'\uff0d1"'],
    ['\uff20SUM(1)', '"\'\uff20SUM(1)"'],
    ['="a"', '"\'=""a"""'],
    ['example.com', 'example.com'],
    ['198.51.100.7:443', '198.51.100.7:443'],
  ])(
    'writes the target %j into CSV as %j, so that no spreadsheet splits or runs it',
    async (target, cell) => {
      const store = open(temporaryPath());
      await record(store, { target });
      expect(await exportText(store, 'csv')).toContain(`,${cell},processed,`);
    },
  );

  it('in an unknown format throws an error that names the format', async () => {
    const given: object = { format: 'xml' };
    const { format }: { format: 'csv' } = { format: 'csv', ...given };
    await expect(exportText(open(temporaryPath()), format)).rejects.toMatchObject({ option: 'format' });
  });

  it('of no delivery has only the header, or nothing', async () => {
    const store = open(temporaryPath());
    expect((await exportText(store, 'csv')).split('\r\n')).toHaveLength(2);
    expect(await exportText(store, 'jsonl')).toBe('');
  });

  it('is streamed in pages and does not block writers', async () => {
    const path = temporaryPath();
    const store = open(path);
    await record(
      store,
      ...Array.from(
        { length: 250 },
        (_, n) => ({ receivedAt: at(n), state: n % 5 ? 'processed' : 'failed' }) as const,
      ),
    );
    const sizes: number[] = [];
    for await (const chunk of store.export('jsonl')) {
      sizes.push(chunk.trimEnd().split('\n').length);
      // No cursor is held open, so the WAL can be checkpointed and deliveries can be stored.
      await record(store, {});
      expect(query(path, 'PRAGMA wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
    }
    expect(sizes).toEqual([...Array<number>(12).fill(20), 10]);
    expect((await exportText(store, 'jsonl', { state: 'failed' })).trimEnd().split('\n')).toHaveLength(50);
    const text = await exportText(store, 'jsonl', { text: 'scan_completed', state: 'failed' });
    expect(text.trimEnd().split('\n')).toHaveLength(50);
  });
});
