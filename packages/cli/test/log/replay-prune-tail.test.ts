import { describe, expect, it } from 'vitest';
import { spiderfoot } from '../support/command.ts';
import { listening, sendEvent, start, until } from '../support/listen-process.ts';
import { database, delayedDatabase } from '../support/test-database.ts';

const hour = 3_600_000;

async function states(db: string): Promise<Readonly<Record<number, string>>> {
  const { lines } = await spiderfoot(['log', '--store', db, '--json']);
  return Object.fromEntries(lines.map((line) => JSON.parse(line)).map(({ key, state }) => [key, state]));
}

function three(): Promise<string> {
  return database(
    { type: 'scan_started', age: 100 * hour },
    { type: 'scan_failed', age: 50 * hour, handler: 'fails' },
    { type: 'scan_completed', age: hour },
  );
}

describe('replay', () => {
  it('replays one delivery, by its key or its id', async () => {
    const db = await three();
    expect(await spiderfoot(['replay', '2', '--store', db])).toMatchObject({
      code: 0,
      lines: ['Replayed 2: scan_failed, previously failed.'],
    });
    const { id } = JSON.parse(
      (await spiderfoot(['log', 'show', '1', '--store', db, '--json'])).lines[0] ?? '',
    );
    expect(await spiderfoot(['replay', id, '--store', db])).toMatchObject({ code: 0 });
    expect(await states(db)).toEqual({ 1: 'queued', 2: 'queued', 3: 'processed' });
  });

  it('replays the deliveries that a filter selects, and only shows them with --dry-run', async () => {
    const db = await three();
    const dry = await spiderfoot(['replay', '--since', '60h', '--store', db, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, lines: ['Would replay 2 deliveries (1 processed, 1 failed).'] });
    expect(await spiderfoot(['replay', '3', '--store', db, '--dry-run'])).toMatchObject({
      lines: ['Would replay 3: scan_completed, previously processed.'],
    });
    expect(await states(db)).toEqual({ 1: 'processed', 2: 'failed', 3: 'processed' });
    expect(await spiderfoot(['replay', '--state', 'failed', '--store', db])).toMatchObject({
      code: 0,
      lines: ['Replayed 1 delivery.'],
    });
    expect(await states(db)).toEqual({ 1: 'processed', 2: 'queued', 3: 'processed' });
    expect(await spiderfoot(['replay', '--all', '--store', db])).toMatchObject({
      code: 0,
      lines: ['Replayed 2 deliveries.'],
    });
  });

  it('replays the deliveries in any of several states', async () => {
    const db = await three();
    expect(
      await spiderfoot(['replay', '--state', 'failed', '--state', 'processed', '--store', db]),
    ).toMatchObject({
      code: 0,
      lines: ['Replayed 3 deliveries.'],
    });
    expect(await states(db)).toEqual({ 1: 'queued', 2: 'queued', 3: 'queued' });
  });

  it('runs the handlers that have succeeded again only with --all-handlers, by a key or a filter', async () => {
    const db = await database(
      { type: 'scan_failed', handler: 'partly' },
      { type: 'scan_failed', handler: 'partly' },
      { type: 'scan_failed', handler: 'partly' },
    );
    expect(await spiderfoot(['replay', '1', '--store', db])).toMatchObject({ code: 0 });
    expect(await spiderfoot(['replay', '2', '--all-handlers', '--store', db])).toMatchObject({ code: 0 });
    expect(await spiderfoot(['replay', '--state', 'failed', '--all-handlers', '--store', db])).toMatchObject({
      lines: ['Replayed 1 delivery.'],
    });
    const { lines } = await spiderfoot(['log', '--store', db, '--json']);
    const succeeded = lines
      .map((line) => JSON.parse(line))
      .map(({ key, handlers }) => [
        key,
        handlers.some((handler: { readonly succeeded: boolean }) => handler.succeeded),
      ]);
    expect(Object.fromEntries(succeeded)).toEqual({ 1: true, 2: false, 3: false });
  });

  it('makes a running receiver handle the delivery again', async () => {
    const db = await three();
    const { program } = await listening(['--store', db]);
    expect(await spiderfoot(['replay', '--state', 'failed', '--store', db])).toMatchObject({ code: 0 });
    await program.says(/scan_failed .* handled/);
    await until(async () => (await states(db))[2] === 'processed');
  });

  it.each<readonly [args: readonly string[], code: number, message: RegExp]>([
    [[], 2, /No deliveries are selected/],
    [['1', '--all'], 2, /--all cannot be combined/],
    [['1', '99'], 1, /no delivery "99"/],
    [['1', 'x'], 1, /no delivery "x"/],
    [['--state', 'dead'], 1, /nothing to replay/],
    [['--stat', 'dead'], 2, /Did you mean --state/],
    [['--since', 'yesterday'], 2, /--since .*'yesterday' is invalid/],
  ])('replays nothing with the arguments %j', async (args, code, message) => {
    const db = await three();
    expect(await spiderfoot(['replay', ...args, '--store', db])).toMatchObject({
      code,
      stderr: expect.stringMatching(message),
    });
    expect(await states(db)).toEqual({ 1: 'processed', 2: 'failed', 3: 'processed' });
  });

  it('rejects a delivery that is queued and due', async () => {
    const db = await three();
    await spiderfoot(['replay', '1', '--store', db]);
    expect(await spiderfoot(['replay', '1', '--store', db])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/1 is already queued and due/),
    });
  });

  it('makes a delivery due that waits for a retry, and a running receiver handles it', async () => {
    const db = await delayedDatabase('scan_failed', 'scan_completed');
    expect(await spiderfoot(['replay', '1', '--store', db, '--dry-run'])).toMatchObject({
      lines: [expect.stringMatching(/^Would retry 1 now: scan_failed, previously due at \d{4}-.*\.$/)],
    });
    expect(await spiderfoot(['replay', '1', '--store', db])).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^Retried 1 now: scan_failed, previously due at \d{4}-.*\.$/)],
    });
    const shown = await spiderfoot(['log', 'show', '1', '--store', db]);
    expect(shown.output).toMatch(/attempts +1\n.*next attempt due now/s);
    const { program } = await listening(['--store', db, '--queue']);
    await program.says(/scan_failed .* handled/);
    expect(await states(db)).toEqual({ 1: 'processed', 2: 'queued' });
    const { lines } = await spiderfoot(['replay', '2', '--store', db, '--json']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      ...{ dryRun: false, replayed: 1 },
      deliveries: [{ key: '2', previousState: 'queued', previousNextAttempt: expect.any(String) }],
    });
    await until(async () => (await states(db))[2] === 'processed');
  });

  it('makes the deliveries of a filter due that wait for a retry', async () => {
    const db = await delayedDatabase('scan_failed', 'scan_completed', 'scan_failed');
    const args = ['replay', '--state', 'queued', '--type', 'scan_failed', '--store', db];
    expect(await spiderfoot([...args, '--dry-run'])).toMatchObject({
      lines: ['Would replay 2 deliveries (2 queued).'],
    });
    expect(await spiderfoot(args)).toMatchObject({ code: 0, lines: ['Replayed 2 deliveries.'] });
    expect(await spiderfoot(args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nothing to replay.*running or due now/s),
    });
  });
});

describe('prune', () => {
  it('deletes old processed deliveries, and only counts them with --dry-run', async () => {
    const db = await three();
    expect(await spiderfoot(['prune', '--before', '2h', '--store', db, '--dry-run'])).toMatchObject({
      code: 0,
      lines: ['Would delete 1 delivery.'],
    });
    expect(await states(db)).toEqual({ 1: 'processed', 2: 'failed', 3: 'processed' });
    expect(await spiderfoot(['prune', '--before', '2h', '--store', db])).toMatchObject({
      code: 0,
      lines: ['Deleted 1 delivery.'],
    });
    expect(await states(db)).toEqual({ 2: 'failed', 3: 'processed' });
  });

  it('keeps the newest deliveries with --keep, and deletes the states in --state', async () => {
    const db = await three();
    const args = ['prune', '--keep', '1', '--state', 'processed', 'failed', '--store', db];
    expect(await spiderfoot([...args, '--dry-run'])).toMatchObject({ lines: ['Would delete 2 deliveries.'] });
    expect(
      await spiderfoot(['prune', '--keep', '1', '--before', '60h', '--store', db, '--dry-run']),
    ).toMatchObject({ lines: ['Would delete 1 delivery.'] });
    expect(await spiderfoot(args)).toMatchObject({ code: 0, lines: ['Deleted 2 deliveries.'] });
    expect(await states(db)).toEqual({ 3: 'processed' });
  });

  it.each(['--state processed --state failed', '--state processed,failed'])(
    'deletes the deliveries in any of several states: %s',
    async (flags) => {
      const db = await three();
      expect(await spiderfoot(['prune', '--keep', '1', ...flags.split(' '), '--store', db])).toMatchObject({
        code: 0,
        lines: ['Deleted 2 deliveries.'],
      });
    },
  );

  it.each<readonly [args: readonly string[], message: RegExp]>([
    [[], /--before .*--keep/],
    [['--before', '1h', '--state', 'queued'], /--state .*'queued' is invalid/],
    [['--keep', '-1'], /--keep .*'-1' is invalid/],
    [['--before', 'long ago'], /--before .*'long ago' is invalid/],
  ])('deletes nothing with the arguments %j', async (args, message) => {
    const db = await three();
    expect(await spiderfoot(['prune', ...args, '--store', db])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message),
    });
    expect(Object.keys(await states(db))).toHaveLength(3);
  });
});

describe('tail', () => {
  it('shows the latest deliveries, newest last', async () => {
    const { code, lines } = await spiderfoot(['tail', '-n', '2', '--store', await three()]);
    expect(code).toBe(0);
    expect(lines.map((line) => line.split(/ {2,}/)[3])).toEqual(['scan_failed', 'scan_completed']);
  });

  it('shows each new delivery once and in order with -f, until Ctrl-C', async () => {
    const db = await three();
    const { url } = await listening(['--store', db]);
    const tail = start(['tail', '-f', '-n', '1', '--store', db, '--json']);
    await tail.says(/scan_completed/);
    for (const type of ['scan_progress', 'high_risk_event', 'module_error']) {
      expect((await sendEvent(url, type)).status).toBe(200);
    }
    await tail.says(/module_error/);
    await sendEvent(url, 'system_alert');
    await tail.says(/system_alert/);
    expect(tail.lines.map((line) => JSON.parse(line).eventType)).toEqual([
      'scan_completed',
      'scan_progress',
      'high_risk_event',
      'module_error',
      'system_alert',
    ]);
    tail.signal('SIGINT');
    expect(await tail.end()).toEqual({ code: 0, signal: null });
  });

  it('shows only new deliveries that match the filters', async () => {
    const db = await three();
    const { url } = await listening(['--store', db]);
    const tail = start(['tail', '-f', '-n', '0', '--type', 'module_error', '--store', db]);
    // Send events until tail shows the first one. The number of events that arrive before tail starts is unknown.
    let sent = 0;
    const sending = setInterval(
      () => void sendEvent(url, sent++ % 2 ? 'module_error' : 'scan_progress').catch(() => {}),
      100,
    );
    await tail.says(/module_error/);
    clearInterval(sending);
    expect(tail.output).not.toContain('scan_progress');
    tail.signal('SIGTERM');
    expect((await tail.end()).code).toBe(0);
  });
});
