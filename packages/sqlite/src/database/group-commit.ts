import { isLock } from '../file/open-failure.ts';
import type { Connection } from './connection.ts';

/**
 * Group commit: the writes of one turn of the event loop go to the disk in one commit, with one sync, at its end. There
 * is no timer, so that a single write does not wait for others.
 */
export interface GroupCommit {
  /** Run a function in the next commit. Resolves once the commit is durable. */
  write<Result>(run: () => Result): Promise<Result>;
  /** The same, after all other writes of its commit, so that a claim finds the deliveries that were just stored. */
  writeLast<Result>(run: () => Result): Promise<Result>;
  /** The same, in the next commit with other writes, or after a few milliseconds. For writes that may be lost. */
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

/** Writes in one commit. Past this the time of the last to be answered grows faster than what a sync saves. */
const mostInCommit = 128;

/** Milliseconds after which a write that only ever met other processes' locks is given up: the sender tries again. */
const lockPatience = 2000;

/** Milliseconds until another look at a lock. The event loop turns meanwhile. */
const lockPause = 2;

/**
 * Writes tried alone that may fail in a row because of the file, not of themselves. For each, the file is opened again, which
 * takes milliseconds: on a disk that has failed, a full commit would hold up the event loop for a quarter of a second.
 */
const mostSuspicions = 3;

/** Milliseconds that a write which can wait does so for company. */
const companyDelay = 5;

export function createGroupCommit(connection: Connection): GroupCommit {
  const waiting: Write[] = [];
  const last: Write[] = [];
  let scheduled = false;
  let later: NodeJS.Timeout | undefined;
  /** Since when nothing but locks has been met. */
  let lockedSince: number | undefined;
  const onDrained: (() => void)[] = [];

  function add<Result>(queue: Write[], run: () => Result, arrange = () => schedule(0)): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      // The result that is resolved is that of this very `run`.
      queue.push({ since: performance.now(), run, resolve: resolve as (result: unknown) => void, reject });
      arrange();
    });
  }

  function scheduleLater(): void {
    later ??= setTimeout(schedule, companyDelay, 0);
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
    const batch = waiting.splice(0, mostInCommit);
    // Also where more wait than fit: under a lasting load the claims would never come to their turn.
    batch.push(...last.splice(0));
    commit(batch);
    if (waiting.length > 0 || last.length > 0) schedule(0);
    else if (!scheduled) for (const resolve of onDrained.splice(0)) resolve();
  }

  function commit(batch: readonly Write[]): void {
    if (!isUsable(batch)) return;
    const failed = attempt(batch);
    if (failed === undefined) return;
    if (batch.length > 1 && !isLock(failed.error)) commitOneByOne(batch);
    else fail(batch, failed.error);
  }

  /** A write that cannot be stored must not take others with it. */
  function commitOneByOne(batch: readonly Write[]): void {
    let suspicions = 0;
    for (const [index, write] of batch.entries()) {
      if (!isUsable(batch.slice(index))) return;
      const failed = attempt([write]);
      suspicions = failed?.isSuspect ? suspicions + 1 : 0;
      if (failed === undefined) continue;
      const endsAll = isLock(failed.error) || suspicions === mostSuspicions;
      fail(endsAll ? batch.slice(index) : [write], failed.error);
      if (endsAll) return;
    }
  }

  /** Fails the whole batch if the file cannot be used: no write is at fault then, so none is tried alone. */
  function isUsable(batch: readonly Write[]): boolean {
    try {
      connection.check();
      return true;
    } catch (error) {
      fail(batch, error);
      return false;
    }
  }

  /** @returns why a commit failed, and whether that makes the file suspect; `undefined` if it succeeded */
  function attempt(
    batch: readonly Write[],
  ): { readonly error: unknown; readonly isSuspect: boolean } | undefined {
    try {
      const results = transact(batch);
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]);
      lockedSince = undefined;
      return undefined;
    } catch (error) {
      return { error, isSuspect: connection.onError(error) };
    }
  }

  /** Rejects writes; if another process's lock was met, only those whose patience is over. */
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
    // What had to wait for other reasons before has its patience left.
    const isOver = ({ since }: Write) => now - Math.max(since, locked) > lockPatience;
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
