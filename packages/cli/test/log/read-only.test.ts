import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, run } from '../../../../test/product/support/program.ts';
import { downgrade, openDatabase } from '../../../sqlite/test/support/older-file.ts';
import { binary, output, spiderfoot } from '../support/command.ts';
import { database } from '../support/test-database.ts';

const canChangeUser = process.geteuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;

const reason = 'only root can become another user, with setpriv (util-linux)';

/** Run the command as a user who owns no file. */
function asOtherUser(args: readonly string[]): Promise<Ended> {
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  return run('setpriv', [...user, process.execPath, binary, ...args]);
}

/** Create a database in a folder that another user may only read. */
async function readable(): Promise<string> {
  const db = await database({ type: 'scan_completed', data: { target: 'example.com' } });
  chmodSync(dirname(db), 0o755);
  chmodSync(db, 0o644);
  return db;
}

describe('databases that another user owns', () => {
  it.for<readonly [args: readonly string[], shown: string]>([
    [['log', 'list', '--json'], 'example.com'],
    [['log', 'list', '--text', 'example.com'], 'example.com'],
    [['log', 'show', '1'], 'example.com'],
    [['log', 'stats'], 'scan_completed'],
    [['log', 'export'], 'example.com'],
    [['tail'], 'example.com'],
    [['replay', '1', '--dry-run'], 'Would replay 1'],
    [['prune', '--keep', '0', '--dry-run'], 'Would delete 1'],
  ])('lets %j read it, and leaves no other file in the folder', async ([args, shown], { skip }) => {
    if (!canChangeUser) skip(reason);
    const db = await readable();
    const ended = await asOtherUser([...args, '--store', db]);
    expect(ended).toMatchObject({ code: 0, output: expect.stringContaining(shown) });
    expect(readdirSync(dirname(db))).toEqual(['w.db']);
  });

  it.for(['replay 1', 'prune --keep 0'])(
    'makes %s fail, with a message that names the owner',
    async (line, { skip }) => {
      if (!canChangeUser) skip(reason);
      const db = await readable();
      const stderr = expect.stringMatching(
        /^error: --store .*Permission denied.*uid 65534.*belongs to uid 0/,
      );
      expect(await asOtherUser([...line.split(' '), '--store', db])).toMatchObject({
        code: 2,
        lines: [],
        stderr,
      });
    },
  );

  it('makes log fail, with a message that names the fix, if the file is not readable', async ({ skip }) => {
    if (!canChangeUser) skip(reason);
    const db = await readable();
    chmodSync(db, 0o600);
    const stderr = expect.stringMatching(/^error: --store .*Permission denied.*may not read .*chmod 640/);
    expect(await asOtherUser(['log', '--store', db])).toMatchObject({ code: 2, lines: [], stderr });
  });
});

describe("databases with rows of the guide's logger", () => {
  const insert = `
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1])
conn.execute("INSERT INTO webhook_logs (timestamp, event_type, payload) VALUES ('2026-01-01T00:00:00', 'guides', '{}')")
conn.commit()
`;

  it("log updates rows of the guide's logger if it may write the file, and explains the problem otherwise", async () => {
    const db = await readable();
    await output('python3', ['-c', insert, db]);
    if (canChangeUser) {
      const stderr = expect.stringMatching(/must be updated.*start the receiver/);
      expect(await asOtherUser(['log', '--store', db])).toMatchObject({ code: 2, stderr });
    }
    const { code, output: shown } = await spiderfoot(['log', '--store', db]);
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringContaining('guides') });
  });
});

describe('databases of an older version that a receiver has open', () => {
  it.each(['log list', 'log show 1', 'tail', 'replay 1', 'replay 1 --dry-run', 'prune --keep 0 --yes'])(
    '%s does not change a database of an older version that a receiver has open',
    async (command) => {
      const db = await database({ type: 'scan_completed', data: {} });
      downgrade(db, 3);
      const receiver = openDatabase(db);
      onTestFinished(receiver.close);
      const stderr = expect.stringMatching(/^error: --store .*older version.*Stop that process first/);
      const args = [...command.split(' '), '--store', db];
      expect(await spiderfoot(args)).toMatchObject({ code: 2, lines: [], stderr });
      expect(receiver.version()).toBe(3);
    },
  );
});
