import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, run } from '../../../../test/product/support/program.ts';

import { downgrade, openDatabase } from '../../../sqlite/test/support/older-file.ts';
import { binary, output, spiderfoot } from '../support/command.ts';
import { database } from '../support/test-database.ts';

const mayBecomeAnother = process.geteuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;

const reason = 'only root can become another user, with setpriv (util-linux)';

/** Runs the command as a user who owns no file. */
function asStranger(args: readonly string[]): Promise<Ended> {
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  return run('setpriv', [...user, process.execPath, binary, ...args]);
}

/** A database in a folder that another user may only read. */
async function readable(): Promise<string> {
  const db = await database({ type: 'scan_completed', data: { target: 'example.com' } });
  chmodSync(dirname(db), 0o755);
  chmodSync(db, 0o644);
  return db;
}

describe('A database that another user owns', () => {
  it.for<readonly [args: readonly string[], shown: string]>([
    [['log', 'list', '--json'], 'example.com'],
    [['log', 'list', '--text', 'example.com'], 'example.com'],
    [['log', 'show', '1'], 'example.com'],
    [['log', 'stats'], 'scan_completed'],
    [['log', 'export'], 'example.com'],
    [['tail'], 'example.com'],
    [['replay', '1', '--dry-run'], 'Would replay 1'],
    [['prune', '--keep', '0', '--dry-run'], 'Would delete 1'],
  ])('can be read by %j, which leaves no file beside it', async ([args, shown], { skip }) => {
    if (!mayBecomeAnother) skip(reason);
    const db = await readable();
    const ended = await asStranger([...args, '--db', db]);
    expect(ended).toMatchObject({ code: 0, output: expect.stringContaining(shown) });
    expect(readdirSync(dirname(db))).toEqual(['w.db']);
  });

  it.for(['replay 1', 'prune --keep 0'])(
    'cannot be written by %s, which names the owner',
    async (line, { skip }) => {
      if (!mayBecomeAnother) skip(reason);
      const db = await readable();
      const stderr = expect.stringMatching(/^error: --db .*Permission denied.*uid 65534.*belongs to uid 0/);
      expect(await asStranger([...line.split(' '), '--db', db])).toMatchObject({
        code: 2,
        lines: [],
        stderr,
      });
    },
  );

  it('names its owner if it may not be read', async ({ skip }) => {
    if (!mayBecomeAnother) skip(reason);
    const db = await readable();
    chmodSync(db, 0o600);
    const stderr = expect.stringMatching(/^error: --db .*Permission denied.*may not read .*chmod 640/);
    expect(await asStranger(['log', '--db', db])).toMatchObject({ code: 2, lines: [], stderr });
  });
});

describe("A database with rows of the guide's logger", () => {
  const insert = `
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1])
conn.execute("INSERT INTO webhook_logs (timestamp, event_type, payload) VALUES ('2026-01-01T00:00:00', 'guides', '{}')")
conn.commit()
`;

  it('is updated by log for a user who may write it, and explained to a user who may not', async () => {
    const db = await readable();
    await output('python3', ['-c', insert, db]);
    if (mayBecomeAnother) {
      const stderr = expect.stringMatching(/must be updated.*start the receiver/);
      expect(await asStranger(['log', '--db', db])).toMatchObject({ code: 2, stderr });
    }
    const { code, output: shown } = await spiderfoot(['log', '--db', db]);
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringContaining('guides') });
  });
});

describe('A database of an older version that a receiver has open', () => {
  it.each([
    ['log', 'list'],
    ['log', 'show', '1'],
    ['tail'],
    ['replay', '1'],
    ['replay', '1', '--dry-run'],
    ['prune', '--keep', '0', '--yes'],
  ])('is not changed by %s %s', async (...args) => {
    const db = await database({ type: 'scan_completed', data: {} });
    downgrade(db, 3);
    const receiver = openDatabase(db);
    onTestFinished(receiver.close);
    const stderr = expect.stringMatching(/^error: --db .*older version.*Stop that process first/);
    expect(await spiderfoot([...args, '--db', db])).toMatchObject({ code: 2, lines: [], stderr });
    expect(receiver.version()).toBe(3);
  });
});
