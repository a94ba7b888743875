import { performance } from 'node:perf_hooks';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { createCommitListeners } from '@spiderfoot-webhooks/core/stores';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGroupCommit } from '../../src/database/group-commit.ts';
import { connect } from '../../src/database/writable-connection.ts';
import { query, temporaryPath } from '../support/temporary-files.ts';

/** Commits to a file of their own, which another connection can lock at any moment. */
function setUp() {
  const path = temporaryPath();
  const real = connect(path);
  const other = new Database(path);
  onTestFinished(() => {
    other.close();
    real.close();
  });
  let checks = 0;
  let lockAt = Number.POSITIVE_INFINITY;
  const connection = {
    ...real,
    /** Looked at before each commit. */
    check() {
      real.check();
      if (++checks === lockAt) other.exec('BEGIN IMMEDIATE');
    },
  };
  const done: string[] = [];
  const commits = createGroupCommit(connection, createCommitListeners(vi.fn()));
  return {
    path,
    connection,
    commits,
    done,
    looks: () => checks,
    write: (name: string) => commits.write(() => void done.push(name)),
    lock: () => other.exec('BEGIN IMMEDIATE'),
    /** Takes the lock just before a commit: the first is 1. */
    lockBefore: (commit: number) => {
      lockAt = commit;
    },
    free: () => other.exec('COMMIT'),
  };
}

const poison = () => {
  throw new Error('poison');
};

const failOnDisk = () => {
  throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE');
};

describe('A commit', () => {
  it('includes claims even if more writes wait than fit into it', async () => {
    const { commits, done, write } = setUp();
    const writes = Array.from({ length: 1000 }, (_, n) => write(`${n}`));
    await commits.writeLast(() => done.push('claim'));
    expect(done.indexOf('claim')).toBe(128);
    await Promise.all(writes);
    expect(done).toHaveLength(1001);
  });

  it('that fails is retried with single writes, so the others succeed', async () => {
    const { commits, done, write } = setUp();
    const first = write('a');
    const bad = commits.write(poison);
    const last = write('b');
    await expect(bad).rejects.toThrow('poison');
    await Promise.all([first, last]);
    expect(done.slice(-2)).toEqual(['a', 'b']);
  });

  it('opens the file again a few times, not once for each write, if the disk fails', async () => {
    const { commits, looks, write } = setUp();
    const writes = Array.from({ length: 100 }, () => commits.write(failOnDisk));
    for (const result of await Promise.allSettled(writes)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_IOERR_WRITE' } });
    }
    expect(looks()).toBeLessThan(10);
    await write('a');
  });

  it('loses no other write if a few meet a damaged page', async () => {
    const { commits, done, write } = setUp();
    const good = [write('a')];
    const bad = [commits.write(failOnDisk), commits.write(failOnDisk)];
    good.push(write('b'));
    bad.push(commits.write(failOnDisk), commits.write(failOnDisk));
    good.push(write('c'));
    const results = await Promise.allSettled(bad);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    await Promise.all(good);
    expect(done.slice(-3)).toEqual(['a', 'b', 'c']);
  });

  it('keeps the order of its writes if a lock interrupts the single writes', async () => {
    const { commits, done, write, lockBefore, free, looks } = setUp();
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    const bad = commits.write(poison);
    const writes = ['a', 'b', 'c', 'd'].map((name) => write(name).then(note(name)));
    // All together, the poison, `a`; and then the lock.
    lockBefore(4);
    await expect(bad).rejects.toThrow('poison');
    const before = looks();
    await turn();
    // It has not been met once for each.
    expect(looks() - before).toBeLessThanOrEqual(1);
    expect(order).toEqual(['a']);
    free();
    await Promise.all(writes);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    expect(done.slice(-3)).toEqual(['b', 'c', 'd']);
  });

  it('waits for a lock with an idle event loop', async () => {
    const { write, lock, free } = setUp();
    lock();
    const written = write('a');
    const before = performance.eventLoopUtilization();
    await sleep(500);
    const { utilization } = performance.eventLoopUtilization(before);
    free();
    await written;
    // Of a store that waits for the lock inside of SQLite it is four fifths.
    expect(utilization).toBeLessThan(0.5);
  });

  it('fails only after two seconds of locks, without the time that writes waited before', async () => {
    const { write, lock, free } = setUp();
    const { now } = performance;
    let ahead = 0;
    const spy = vi
      .spyOn(globalThis.performance, 'now')
      .mockImplementation(() => now.call(performance) + ahead);
    onTestFinished(() => spy.mockRestore());
    lock();
    const written = write('a');
    ahead = 60_000;
    await sleep(20);
    free();
    await written;
    lock();
    const given = write('b');
    await sleep(20);
    ahead += 60_000;
    await expect(given).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
    free();
  });

  it('that cannot be rolled back reopens the file and leaves no lock', async () => {
    const { path, commits, write } = setUp();
    const { exec } = Database.prototype;
    const spy = vi.spyOn(Database.prototype, 'exec').mockImplementation(function stuck(
      this: Database.Database,
      sql: string,
    ) {
      if (sql === 'ROLLBACK') throw new Error('stuck');
      return exec.call(this, sql);
    });
    onTestFinished(() => spy.mockRestore());
    await expect(commits.write(poison)).rejects.toThrow('poison');
    await write('a');
    query(path, 'CREATE TABLE other (x)');
    expect(query(path, 'SELECT count(*) AS count FROM other')).toEqual([{ count: 0 }]);
  });
});
