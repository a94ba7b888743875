import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { binary, output, secret, spiderfoot } from '../support/command.ts';
import { controlCharacters } from '../support/terminal.ts';
import { database } from '../support/test-database.ts';

const hour = 3_600_000;

function typical(): Promise<string> {
  return database(
    {
      type: 'scan_completed',
      data: { scan_id: 's1', target: 'example.com', note: 'needle' },
      age: 30 * hour,
    },
    {
      type: 'high_risk_event',
      data: { scan_id: 's1', target: 'example.org' },
      age: 5 * hour,
      handler: 'fails',
    },
    { type: 'alert.high', age: hour },
    { type: 'scan_failed', data: { target: 7 }, age: 1000 },
  );
}

/** Return the keys of the deliveries that `log list` finds. */
async function found(db: string, ...args: string[]): Promise<readonly unknown[]> {
  const { code, lines, stderr } = await spiderfoot(['log', 'list', '--db', db, '--json', ...args]);
  if (code !== 0) throw new Error(stderr);
  return lines.map((line) => Number(JSON.parse(line).key));
}

describe('log list', () => {
  it('shows a table of deliveries, newest first, with the reason of a failure, without a subcommand', async () => {
    const { code, lines } = await spiderfoot(['log', '--db', await typical()]);
    expect(code).toBe(0);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^key +received \([\w/]+\) +state +type +target +scan +tries +remark$/);
    expect(lines[1]).toMatch(
      /^4 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +rejected +scan_failed .* 0 +invalid_event$/,
    );
    expect(lines[3]).toMatch(
      /^2 .* failed +high_risk_event +example\.org +s1 +1 +.*"ticket": the ticket system is down$/,
    );
    expect(lines[4]).toMatch(/^1 .* processed +scan_completed +example\.com +s1 +1$/);
  });

  it('filters by type, state, scan, target, text, time and endpoint', async () => {
    const db = await typical();
    expect(await found(db)).toEqual([4, 3, 2, 1]);
    expect(await found(db, '--type', 'alert.high')).toEqual([3]);
    expect(await found(db, '--state', 'failed')).toEqual([2]);
    expect(await found(db, '--scan', 's1')).toEqual([2, 1]);
    expect(await found(db, '--target', 'example.org')).toEqual([2]);
    expect(await found(db, '--text', 'needle')).toEqual([1]);
    expect(await found(db, '--since', '6h')).toEqual([4, 3, 2]);
    expect(await found(db, '--since', '6h', '--until', '2h')).toEqual([2]);
    expect(await found(db, '--endpoint', 'default')).toEqual([4, 3, 2, 1]);
    expect(await found(db, '--since', '2000-01-31', '--until', '2000-01-31T12:00')).toEqual([]);
  });

  it('continues after the previous page with --cursor', async () => {
    const db = await typical();
    const first = await spiderfoot(['log', 'list', '--db', db, '--limit', '3', '--json']);
    expect(first.lines).toHaveLength(3);
    const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1] ?? '';
    expect(await found(db, '--limit', '3', '--cursor', cursor)).toEqual([1]);
  });

  it('escapes control characters of an event in every output', async () => {
    const hostile = '\u001b[2Jexample\r\n5  forged\u202e';
    const db = await database({ type: `evil\u001b[1m`, data: { target: hostile, scan_id: hostile } });
    for (const args of [['list'], ['show', '1'], ['stats'], ['list', '--json'], ['show', '1', '--json']]) {
      const { output: said, code } = await spiderfoot(['log', ...args, '--db', db]);
      expect(code).toBe(0);
      expect(controlCharacters(said)).toEqual([]);
      expect(said).not.toMatch(/^5 /m);
    }
  });
});

describe('filters', () => {
  it.each([
    [
      ['--state', 'failed', '--state', 'rejected'],
      [4, 2],
    ],
    [
      ['--state', 'failed,rejected'],
      [4, 2],
    ],
    [['--state', 'failed', '--state', 'failed'], [2]],
    [
      ['--type', 'alert.high', '--type', 'scan_failed'],
      [4, 3],
    ],
    [['--type', 'scan.completed'], [1]],
    [
      ['--type', 'scan.*'],
      [4, 1],
    ],
    [
      ['--type', 'scan'],
      [4, 1],
    ],
    [['--type', 'finding.*'], [2]],
    [
      ['--type', 'alert.*,scan.complete'],
      [3, 1],
    ],
    [
      ['--type', 'all'],
      [4, 3, 2, 1],
    ],
    [
      ['--target', 'example.com', '--target', 'example.org'],
      [2, 1],
    ],
    [
      ['--scan', 's1', '--scan', 's2'],
      [2, 1],
    ],
    [['--endpoint', 'default', '--endpoint', 'default', '--state', 'failed'], [2]],
    [['--text', 'needle', '--state', 'failed', '--state', 'processed'], [1]],
  ])('select with %j the deliveries %j', async (args, numbers) => {
    expect(await found(await typical(), ...args)).toEqual(numbers);
  });

  it('find a type that only the database contains', async () => {
    const db = await database({ type: 'own.type' }, { type: 'own.other' }, { type: 'scan_failed' });
    expect(await found(db, '--type', 'own.type')).toEqual([1]);
    expect(await found(db, '--type', 'own.*')).toEqual([2, 1]);
  });

  const wrong: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['--type', 'alert.hgh'], /--type "alert\.hgh".*Did you mean "alert\.high"\?/],
    [['--type', 'scan_failed', '--type', 'scan_complted'], /Did you mean "scan_completed"\?/],
    [['--type', 'nonsense.*'], /--type "nonsense\.\*"/],
    [['--type', ''], /--type.*empty/],
    [['--state', 'faild'], /--state.*Did you mean "failed"\?/],
    [['--endpoint', 'defult'], /--endpoint "defult".*Did you mean "default"\?/],
    [['--since', '2h', '--since', '3h'], /--since.*more than once/],
    [['--text', 'a', '--text', 'b'], /--text.*more than once/],
  ];
  it.each(
    ['log list', 'log stats', 'log export', 'tail', 'replay --dry-run'].flatMap((command) =>
      wrong
        .filter(([[flag]]) => !(command === 'log stats' && flag === '--text'))
        .map(([args, says]) => ({ command, args, says })),
    ),
  )('exit with 2 if a value is misspelled: $command $args', async ({ command, args, says }) => {
    const db = await typical();
    const ended = await spiderfoot([...command.split(' '), ...args, '--db', db]);
    expect(ended).toMatchObject({ code: 2, lines: [], stderr: expect.stringMatching(says) });
  });
});

it('suggests log show for a key after log', async () => {
  const { code, lines, stderr } = await spiderfoot(['log', '14']);
  expect({ code, lines }).toEqual({ code: 2, lines: [] });
  expect(stderr).toContain('log show');
});

describe('log show', () => {
  it('shows all properties of a delivery, by its key or its id', async () => {
    const db = await typical();
    const { lines } = await spiderfoot(['log', 'show', '2', '--db', db]);
    expect(lines.join('\n')).toMatch(/^state +failed$/m);
    expect(lines.join('\n')).toMatch(/^handler +ticket failed, run 1 time\(s\): the ticket system is down$/m);
    expect(lines.join('\n')).toMatch(/^ {4}"target": "example\.org"$/m);
    const id = /^id +([0-9a-f]{32})$/m.exec(lines.join('\n'))?.[1] ?? '';
    expect((await spiderfoot(['log', 'show', id, '--db', db])).lines).toEqual(lines);
    expect((await spiderfoot(['log', 'show', '4', '--db', db])).output).toMatch(/^issue +data\.target: /m);
  });

  it('shows that a replayed delivery is due now, and not since 1970', async () => {
    const db = await database({ type: 'scan_completed' });
    expect((await spiderfoot(['replay', '1', '--db', db])).code).toBe(0);
    const { output } = await spiderfoot(['log', 'show', '1', '--db', db]);
    expect(output).toMatch(/^state +queued$/m);
    expect(output).toMatch(/^next try +due now$/m);
  });

  it('prints the body byte for byte with --raw', async () => {
    const db = await database({ type: 'scan.complete', data: { target: 'exämple.com', f: 1.5 } });
    const { output: said } = await spiderfoot(['log', 'show', '1', '--db', db, '--raw']);
    const body = said.trimEnd();
    expect(body).toMatch(
      /^\{"event_type": "scan\.complete", "timestamp": [\d.]+, "payload": \{"target": "ex\\u00e4mple\.com", "f": 1\.5\}\}$/,
    );
    const { lines } = await spiderfoot(['log', 'show', '1', '--db', db, '--json']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ key: '1', state: 'processed', body });
  });

  it.each([
    ['99', '"99"'],
    ['0'.repeat(32), '"00000000000000000000000000000000"'],
    ['x1', '"x1"'],
    ['\u001b[2J', '"\\u001b[2J"'],
  ])('fails for the key %j of no delivery', async (key, quoted) => {
    const ended = await spiderfoot(['log', 'show', key, '--db', await typical()]);
    const stderr = expect.stringContaining(`no delivery ${quoted}`);
    expect(ended).toMatchObject({ code: 1, lines: [], stderr });
  });
});

describe('log stats', () => {
  it('draws bars over time, by type, by state, and of unauthenticated rejections', async () => {
    const db = await typical();
    const { lines } = await spiderfoot(['log', 'stats', '--db', db], { env: { COLUMNS: '60' } });
    const text = lines.join('\n');
    expect(lines[0]).toBe('4 deliveries');
    expect(text).toMatch(/^by time \([\w/]+\)\n(?:\d{4}-\d\d-\d\d \d\d:\d\d {2}.*\d\n)+/m);
    expect(text).toMatch(/^by type\nalert\.high +█+ +1\n/m);
    expect(text).toMatch(/^processed +█+ +2$/m);
    expect(text).toMatch(/^failed +█+ +1$/m);
    expect(text).toMatch(/^invalid_signature +█+ +1$/m);
    expect(Math.max(...lines.slice(2).map((line) => line.length))).toBeLessThanOrEqual(62);
    const counts = JSON.parse((await spiderfoot(['log', 'stats', '--db', db, '--json'])).lines[0] ?? '');
    expect(counts).toMatchObject({ total: 4, byState: [{ label: 'processed', count: 2 }, {}, {}] });
    const inTime = counts.byTime.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    expect(inTime).toBe(4);
    expect(counts.byTime.length).toBeLessThanOrEqual(25);
  });

  it('counts rejections of the given endpoint and time', async () => {
    const db = await typical();
    const store = openStore(db);
    const other = createReceiver({ secret, log: store, endpoint: 'siem_system' });
    for (let n = 0; n < 3; n++) {
      await other.receive(await signedDelivery('scan_started', { secret: 'another', data: { n } }));
    }
    await other.receive(await signedDelivery('scan_started', { secret }));
    await other.close();
    await store.close();
    const rejections = async (...args: string[]) => {
      const { lines } = await spiderfoot(['log', 'stats', '--json', '--db', db, ...args]);
      return JSON.parse(lines[0] ?? '').rejections;
    };
    expect(await rejections()).toEqual([{ label: 'invalid_signature', count: 4 }]);
    expect(await rejections('--endpoint', 'siem_system')).toEqual([{ label: 'invalid_signature', count: 3 }]);
    expect(await rejections('--endpoint', 'default')).toEqual([{ label: 'invalid_signature', count: 1 }]);
    expect(await rejections('--until', '3h')).toEqual([]);
    expect(await rejections('--since', '2h')).toEqual([{ label: 'invalid_signature', count: 4 }]);
    expect(await rejections('--type', 'scan_started')).toBeUndefined();
    const { output: said } = await spiderfoot(['log', 'stats', '--db', db, '--state', 'failed']);
    expect(said).toMatch(/^Rejections .* not counted here\.$/m);
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
    const args = ['log', 'stats', '--by', by, '--db', db];
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
    const list = await spiderfoot(['log', '--db', db], { env: { TZ } });
    expect(list.lines[0]).toMatch(title);
    expect(list.lines[2]).toContain(` ${listed} `);
    expect((await spiderfoot(['tail', '--db', db], { env: { TZ } })).lines[0]).toContain(` ${tailed} `);
    const shown = await spiderfoot(['log', 'show', '1', '--db', db], { env: { TZ } });
    expect(shown.output).toContain(`${listed} ${TZ} (2026-01-04T23:30:00.`);
  });

  it('counts only the deliveries that match the filters', async () => {
    const { lines } = await spiderfoot([
      'log',
      'stats',
      '--db',
      await typical(),
      '--since',
      '6h',
      '--type',
      'alert.high',
    ]);
    expect(lines[0]).toBe('1 delivery');
  });

  it('shows 0 deliveries for an empty database', async () => {
    const { lines, code } = await spiderfoot(['log', 'stats', '--db', await database()]);
    expect({ code, first: lines[0] }).toEqual({ code: 0, first: '0 deliveries' });
  });
});

describe('log export', () => {
  it('writes JSON lines and CSV, to standard output or into a new file', async () => {
    const db = await typical();
    const { lines } = await spiderfoot(['log', 'export', '--db', db, '--scan', 's1']);
    expect(lines.map((line) => Number(JSON.parse(line).key))).toEqual([2, 1]);
    const file = `${db}.csv`;
    const args = ['log', 'export', '--db', db, '--format', 'csv', '--output', file];
    expect(await spiderfoot(args)).toMatchObject({ code: 0, lines: [] });
    expect((await readFile(file, 'utf8')).split('\r\n')).toHaveLength(6);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await spiderfoot(args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/w\.db\.csv already exists/),
    });
  });

  it('reports an empty export on standard error, and exits with 0', async () => {
    const db = await typical();
    const stderr = 'No delivery matches: the export is empty.\n';
    const args = ['log', 'export', '--db', db, '--target', 'exmple.com'];
    expect(await spiderfoot(args)).toMatchObject({ code: 0, lines: [], stderr });
    expect(await spiderfoot([...args, '--format', 'csv'])).toMatchObject({ code: 0, stderr });
    expect((await spiderfoot(['log', 'export', '--db', db])).stderr).toBe('');
  });
});

describe('early close of the output', () => {
  it.each(['log export', 'log --json --limit 300', 'tail -n 300', 'tail -n 300 --json --follow'])(
    'exits with 141 if the reader of %s ends early',
    async (args) => {
      const many = Array.from({ length: 300 }, (_, n) => ({
        type: 'scan_started',
        data: { target: 'x'.repeat(2000), n },
      }));
      const db = await database(...many);
      const line = `"$0" "$1" ${args} --db "$2" 2>&1 | head -n 1 | wc -l; echo "\${PIPESTATUS[0]}"`;
      const said = await output('bash', ['-c', line, process.execPath, binary, db]);
      expect(said.split('\n').map(Number)).toEqual([1, 141]);
    },
  );
});

describe('databases that cannot be read', () => {
  const commands = ['log', 'log show 1', 'log stats', 'log export', 'tail', 'replay 1', 'prune --keep 1'];

  async function emptyFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'spiderfoot-cli-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  it.each(commands)('exits with 2 and creates no file if the database is missing: %s', async (command) => {
    const missing = join(await emptyFolder(), 'missing.db');
    const stderr = expect.stringMatching(/^error: --db .*missing\.db does not exist/);
    const args = [...command.split(' '), '--db', missing];
    expect(await spiderfoot(args)).toMatchObject({ code: 2, lines: [], stderr });
    expect(existsSync(missing)).toBe(false);
  });

  it('leaves a file unchanged that is empty, belongs to another program, or is not a database', async () => {
    const folder = await emptyFolder();
    const [empty, others, text] = ['empty.db', 'others.db', 'text.db'].map((name) => join(folder, name));
    if (empty === undefined || others === undefined || text === undefined) throw new Error('no names');
    await writeFile(empty, '');
    await writeFile(text, 'not a database, but long enough to be one. '.repeat(20));
    const python =
      'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("create table mine(a)"); c.commit()';
    await output('python3', ['-c', python, others]);
    for (const [file, message] of [
      [empty, /no table webhook_logs/],
      [others, /no table webhook_logs/],
      [text, /not a database/],
    ] as const) {
      const before = await readFile(file);
      const stderr = expect.stringMatching(message);
      expect(await spiderfoot(['log', '--db', file])).toMatchObject({ code: 2, lines: [], stderr });
      expect((await readFile(file)).equals(before)).toBe(true);
    }
    expect((await readdir(folder)).toSorted()).toEqual(['empty.db', 'others.db', 'text.db']);
  });
});
