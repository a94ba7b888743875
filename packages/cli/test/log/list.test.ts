import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { output, spiderfoot } from '../support/command.ts';
import { controlCharacters } from '../support/terminal.ts';
import { database, typicalDatabase } from '../support/test-database.ts';

/** Return the keys of the deliveries that `log list` finds. */
async function found(db: string, ...args: string[]): Promise<readonly unknown[]> {
  const { code, lines, stderr } = await spiderfoot(['log', 'list', '--store', db, '--json', ...args]);
  if (code !== 0) throw new Error(stderr);
  return lines.map((line) => Number(JSON.parse(line).key));
}

describe('log list', () => {
  it('shows a table of deliveries, newest first, with the reason of a failure, without a subcommand', async () => {
    const { code, lines } = await spiderfoot(['log', '--store', await typicalDatabase()]);
    expect(code).toBe(0);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^key +received \([\w/]+\) +state +type +target +scan +attempts +remark$/);
    expect(lines[1]).toMatch(
      /^4 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +rejected +scan_failed .* 0 +invalid_event$/,
    );
    expect(lines[3]).toMatch(
      /^2 .* failed +high_risk_event +example\.org +s1 +1 +.*"ticket": the ticket system is down$/,
    );
    expect(lines[4]).toMatch(/^1 .* processed +scan_completed +example\.com +s1 +1$/);
  });

  it('filters by type, state, scan, target, text, time and endpoint', async () => {
    const db = await typicalDatabase();
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

  it('prints a cursor, and continues after the previous page with --cursor', async () => {
    const db = await typicalDatabase();
    const first = await spiderfoot(['log', 'list', '--store', db, '--limit', '3']);
    const [, cursor = ''] = /--cursor (\S+)/.exec(first.stderr) ?? [];
    expect(await found(db, '--limit', '3', '--cursor', cursor)).toEqual([1]);
  });

  it('lists the oldest deliveries first with --sort oldest, and continues with --cursor', async () => {
    const db = await typicalDatabase();
    const first = await spiderfoot([
      'log',
      'list',
      '--store',
      db,
      '--sort',
      'oldest',
      '--limit',
      '3',
      '--json',
    ]);
    expect(first.lines.map((line) => JSON.parse(line).key)).toEqual(['1', '2', '3']);
    const { cursor } = JSON.parse(first.stderr);
    expect(await found(db, '--sort', 'oldest', '--cursor', cursor)).toEqual([4]);
  });

  it('escapes control characters of an event in every output', async () => {
    const hostile = '\u001b[2Jexample\r\n5  forged\u202e';
    const db = await database({ type: `evil\u001b[1m`, data: { target: hostile, scan_id: hostile } });
    for (const args of [['list'], ['show', '1'], ['stats'], ['list', '--json'], ['show', '1', '--json']]) {
      const { output: text, code } = await spiderfoot(['log', ...args, '--store', db]);
      expect(code).toBe(0);
      expect(controlCharacters(text)).toEqual([]);
      expect(text).not.toMatch(/^5 /m);
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
    expect(await found(await typicalDatabase(), ...args)).toEqual(numbers);
  });

  it('filters find a type that only the database contains', async () => {
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
    const db = await typicalDatabase();
    const ended = await spiderfoot([...command.split(' '), ...args, '--store', db]);
    expect(ended).toMatchObject({ code: 2, lines: [], stderr: expect.stringMatching(says) });
  });
});

it('suggests log show for a key after log', async () => {
  const { code, lines, stderr } = await spiderfoot(['log', '14']);
  expect({ code, lines }).toEqual({ code: 2, lines: [] });
  expect(stderr).toContain('log show');
});

describe('databases that cannot be read', () => {
  const commands = ['log', 'log show 1', 'log stats', 'log export', 'tail', 'replay 1', 'prune --keep 1'];

  async function emptyFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'spiderfoot-cli-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  it('the commands read the store from the environment, and webhooks.db if it is empty', async () => {
    const cwd = await emptyFolder();
    const env = { SPIDERFOOT_WEBHOOK_STORE: await typicalDatabase() };
    for (const command of ['log', 'tail']) {
      expect((await spiderfoot([command], { cwd, env })).lines.length).toBeGreaterThan(3);
    }
    const ended = await spiderfoot(['log'], { cwd, env: { SPIDERFOOT_WEBHOOK_STORE: '' } });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: --store webhooks\.db /) });
    const empty = await spiderfoot(['log', '--store', ''], { cwd, env });
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: --store must /) });
  });

  it.each(commands)('exits with 2 and creates no file if the database is missing: %s', async (command) => {
    const missing = join(await emptyFolder(), 'missing.db');
    const stderr = expect.stringMatching(/^error: --store .*missing\.db does not exist/);
    const args = [...command.split(' '), '--store', missing];
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
      expect(await spiderfoot(['log', '--store', file])).toMatchObject({ code: 2, lines: [], stderr });
      expect((await readFile(file)).equals(before)).toBe(true);
    }
    expect((await readdir(folder)).toSorted()).toEqual(['empty.db', 'others.db', 'text.db']);
  });
});
