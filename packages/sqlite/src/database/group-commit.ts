import type { CommitListeners } from '@spiderfoot-webhooks/core/stores';
import { isLock } from '../file/open-failure.ts';
import type { Connection } from './connection.ts';

/**
 * Group commit: the writes of one turn of the event loop are committed together at its end, with one sync. A single write
 * does not wait for other writes, because no timer is used.
 */
export interface GroupCommit {
  /** Run a function in the next commit. Resolves once the commit is durable. */
  write<Result>(run: () => Result): Promise<Result>;
  /** As `write`, but after all other writes of its commit, so that a claim finds the deliveries that were just stored. */
  writeLast<Result>(run: () => Result): Promise<Result>;
  /** As `write`, but in the next commit with other writes, or after a few milliseconds. For writes that may be lost. */
  writeLater<Result>(run: () => Result): Promise<Result>;
  /** Resolves once everything that was written so far is durable or has failed. */
  drain(): Promise<void>;
}

interface Write {
  readonly since: number;
  readonly run: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The maximum number of writes in one commit. With more writes, the last response waits longer than the saved syncs take. */
const maxWritesPerCommit = 128;

/** Milliseconds after which a write fails if only locks of other processes prevented it. The sender then retries. */
const lockTimeout = 2000;

/** Milliseconds until a locked file is tried again. The event loop is free in the meantime. */
const lockPause = 2;

/**
 * The number of single writes in a row that may fail because of the file. After each, the file is opened again, which takes
 * milliseconds: on a failed disk, a full commit would block the event loop for a quarter of a second.
 */
const maxSuspectWrites = 3;

/** Milliseconds that `writeLater` waits for other writes to join its commit. */
const laterDelay = 5;

export function createGroupCommit(connection: Connection, commits: CommitListeners): GroupCommit {
  const waiting: Write[] = [];
  const last: Write[] = [];
  let scheduled = false;
  let later: NodeJS.Timeout | undefined;
  /** The time since which every commit has failed because of a lock. */
  let lockedSince: number | undefined;
  const onDrained: (() => void)[] = [];

  function add<Result>(queue: Write[], run: () => Result, arrange = () => schedule(0)): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      // `resolve` gets the result of this `run`.
      queue.push({ since: performance.now(), run, resolve: resolve as (result: unknown) => void, reject });
      arrange();
    });
  }

  function scheduleLater(): void {
    later ??= setTimeout(schedule, laterDelay, 0);
  }

  function schedule(delay: number): void {
    if (scheduled) return;
    scheduled = true;
    if (delay === 0) setImmediate(turn);
    else setTimeout(turn, delay);
  }

  function turn(): void {
    scheduled = false;
    clearTimeout(later);
    later = undefined;
    const batch = waiting.splice(0, maxWritesPerCommit);
    // Add these even if the batch is full. Otherwise, claims would never run under constant load.
    batch.push(...last.splice(0));
    commit(batch);
    if (waiting.length > 0 || last.length > 0) schedule(0);
    else if (!scheduled) for (const resolve of onDrained.splice(0)) resolve();
  }

  function commit(batch: readonly Write[]): void {
    if (!isUsable(batch)) return;
    const failed = attempt(batch);
    if (failed === undefined) return;
    if (batch.length > 1 && !isLock(failed.error)) commitSeparately(batch);
    else fail(batch, failed.error);
  }

  /** Commit each write separately, so that a write that cannot be stored does not make the others fail. */
  function commitSeparately(batch: readonly Write[]): void {
    let suspectWrites = 0;
    for (const [index, write] of batch.entries()) {
      if (!isUsable(batch.slice(index))) return;
      const failed = attempt([write]);
      suspectWrites = failed?.isSuspect ? suspectWrites + 1 : 0;
      if (failed === undefined) continue;
      const failAll = isLock(failed.error) || suspectWrites === maxSuspectWrites;
      fail(failAll ? batch.slice(index) : [write], failed.error);
      if (failAll) return;
    }
  }

  /** Check the file. If it cannot be used, reject all writes of the batch, because retrying each one cannot help. */
  function isUsable(batch: readonly Write[]): boolean {
    try {
      connection.check();
      return true;
    } catch (error) {
      fail(batch, error);
      return false;
    }
  }

  /** @returns the error of a failed commit, and whether the open file may be damaged. `undefined` if the commit succeeded */
  function attempt(
    batch: readonly Write[],
  ): { readonly error: unknown; readonly isSuspect: boolean } | undefined {
    try {
      const start = commits.start();
      const results = transact(batch);
      commits.end(start, batch.length);
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]);
      lockedSince = undefined;
      return undefined;
    } catch (error) {
      return { error, isSuspect: connection.onError(error) };
    }
  }

  /** Reject writes. After a lock of another process, reject only those that have waited too long. */
  function fail(batch: readonly Write[], error: unknown): void {
    if (isLock(error)) {
      postpone(batch, error);
      return;
    }
    lockedSince = undefined;
    for (const { reject } of batch) reject(error);
  }

  function transact(batch: readonly Write[]): readonly unknown[] {
    connection.statement('BEGIN IMMEDIATE').run();
    try {
      const results = batch.map(({ run }) => run());
      connection.statement('COMMIT').run();
      return results;
    } catch (error) {
      connection.rollBack();
      throw error;
    }
  }

  function postpone(batch: readonly Write[], error: unknown): void {
    const now = performance.now();
    const locked = lockedSince ?? now;
    lockedSince = locked;
    // Count only the time since the first lock: a write may have waited for other reasons before.
    const isOver = ({ since }: Write) => now - Math.max(since, locked) > lockTimeout;
    for (const write of batch) if (isOver(write)) write.reject(error);
    waiting.unshift(...batch.filter((write) => !isOver(write)));
    if (waiting.length > 0) schedule(lockPause);
  }

  return {
    write: (run) => add(waiting, run),
    writeLast: (run) => add(last, run),
    writeLater: (run) => add(waiting, run, scheduleLater),
    drain() {
      if (!scheduled && waiting.length === 0) return Promise.resolve();
      schedule(0);
      return new Promise((resolve) => onDrained.push(resolve));
    },
  };
}
