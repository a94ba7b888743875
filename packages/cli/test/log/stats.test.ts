import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it } from 'vitest';
import { secret, spiderfoot } from '../support/command.ts';
import { database, typicalDatabase } from '../support/test-database.ts';

describe('log stats', () => {
  it('draws bars over time, by type, by state, and of unauthenticated rejections', async () => {
    const db = await typicalDatabase();
    const { lines } = await spiderfoot(['log', 'stats', '--store', db], { env: { COLUMNS: '60' } });
    const text = lines.join('\n');
    expect(lines[0]).toBe('4 deliveries');
    expect(text).toMatch(/^by time \([\w/]+\)\n(?:\d{4}-\d\d-\d\d \d\d:\d\d {2}.*\d\n)+/m);
    expect(text).toMatch(/^by type\nalert\.high +█+ +1\n/m);
    expect(text).toMatch(/^processed +█+ +2$/m);
    expect(text).toMatch(/^failed +█+ +1$/m);
    expect(text).toMatch(/^invalid_signature +█+ +1$/m);
    expect(Math.max(...lines.slice(2).map((line) => line.length))).toBeLessThanOrEqual(62);
    const counts = JSON.parse((await spiderfoot(['log', 'stats', '--store', db, '--json'])).lines[0] ?? '');
    expect(counts).toMatchObject({ total: 4, byState: [{ label: 'processed', count: 2 }, {}, {}] });
    const inTime = counts.byTime.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    expect(inTime).toBe(4);
    expect(counts.byTime.length).toBeLessThanOrEqual(25);
  });

  it('counts rejections of the given endpoint and time', async () => {
    const db = await typicalDatabase();
    const store = openStore(db);
    const other = createReceiver({ secret, log: store, endpoint: 'siem_system' });
    for (let n = 0; n < 3; n++) {
      await other.receive(await signedDelivery('scan_started', { secret: 'another', data: { n } }));
    }
    await other.receive(await signedDelivery('scan_started', { secret }));
    await other.close();
    await store.close();
    const rejections = async (...args: string[]) => {
      const { lines } = await spiderfoot(['log', 'stats', '--json', '--store', db, ...args]);
      return JSON.parse(lines[0] ?? '').rejections;
    };
    expect(await rejections()).toEqual([{ label: 'invalid_signature', count: 4 }]);
    expect(await rejections('--endpoint', 'siem_system')).toEqual([{ label: 'invalid_signature', count: 3 }]);
    expect(await rejections('--endpoint', 'default')).toEqual([{ label: 'invalid_signature', count: 1 }]);
    expect(await rejections('--until', '3h')).toEqual([]);
    expect(await rejections('--since', '2h')).toEqual([{ label: 'invalid_signature', count: 4 }]);
    expect(await rejections('--type', 'scan_started')).toBeUndefined();
    const { output: text } = await spiderfoot(['log', 'stats', '--store', db, '--state', 'failed']);
    expect(text).toMatch(/^Rejections .* not counted here\b/m);
  });

  /** Create deliveries at 2026-01-04T23:30Z and 2026-01-05T00:30Z: Sunday and Monday in UTC, both Monday in Berlin. */
  const overMidnight = () => {
    const age = (time: string) => Date.now() - Date.parse(time);
    return database(
      { type: 'scan_started', age: age('2026-01-04T23:30:00Z') },
      { type: 'scan_failed', age: age('2026-01-05T00:30:00Z') },
    );
  };

  it.each([
    ['UTC', 'hour', ['2026-01-04 23:00', '2026-01-05 00:00']],
    ['UTC', 'day', ['2026-01-04', '2026-01-05']],
    ['UTC', 'week', ['2025-12-29 W01', '2026-01-05 W02']],
    ['Europe/Berlin', 'hour', ['2026-01-05 00:00', '2026-01-05 01:00']],
    ['Europe/Berlin', 'day', ['2026-01-05']],
    ['Europe/Berlin', 'week', ['2026-01-05 W02']],
    ['Asia/Kathmandu', 'hour', ['2026-01-05 05:00', '2026-01-05 06:00']],
  ])('counts in the time zone %s by %s', async (TZ, by, labels) => {
    const db = await overMidnight();
    const args = ['log', 'stats', '--by', by, '--store', db];
    const { lines } = await spiderfoot([...args, '--json'], { env: { TZ } });
    const { byTime, timeZone } = JSON.parse(lines[0] ?? '');
    expect(timeZone).toMatch(new RegExp(`^${TZ.replace('Kathmandu', 'Kat(?:h)?mandu')}$`));
    expect(byTime.map(({ label }: { readonly label: string }) => label)).toEqual(labels);
    const { lines: shown } = await spiderfoot(args, { env: { TZ } });
    expect(shown).toContain(`by ${by} (${timeZone})`);
  });

  it.each([
    ['UTC', /received \(UTC\)/, '2026-01-04 23:30:00', '2026-01-04 23:30:00Z'],
    ['Europe/Berlin', /received \(Europe\/Berlin\)/, '2026-01-05 00:30:00', '2026-01-05 00:30:00+01:00'],
  ])('shares its time zone with log and tail: %s', async (TZ, title, listed, tailed) => {
    const db = await overMidnight();
    const list = await spiderfoot(['log', '--store', db], { env: { TZ } });
    expect(list.lines[0]).toMatch(title);
    expect(list.lines[2]).toContain(` ${listed} `);
    expect((await spiderfoot(['tail', '--store', db], { env: { TZ } })).lines[0]).toContain(` ${tailed} `);
    const shown = await spiderfoot(['log', 'show', '1', '--store', db], { env: { TZ } });
    expect(shown.output).toContain(`${listed} ${TZ} (2026-01-04T23:30:00.`);
  });

  it('counts only the deliveries that match the filters', async () => {
    const { lines } = await spiderfoot([
      'log',
      'stats',
      '--store',
      await typicalDatabase(),
      '--since',
      '6h',
      '--type',
      'alert.high',
    ]);
    expect(lines[0]).toBe('1 delivery');
  });

  it('shows 0 deliveries for an empty database', async () => {
    const { lines, code } = await spiderfoot(['log', 'stats', '--store', await database()]);
    expect({ code, first: lines[0] }).toEqual({ code: 0, first: '0 deliveries' });
  });
});
