import { rejectionHour, type UnauthenticatedRejection } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';

/** Milliseconds in an hour. Rejections are counted by the hour. */
const hour = 3_600_000;

/** Milliseconds for which rejections are collected, so that a flood of unauthenticated requests costs one write. */
const interval = 1000;

const addCount = `
  INSERT INTO webhook_rejections (hour, endpoint, code, count) VALUES (?, ?, ?, ?)
  ON CONFLICT (hour, endpoint, code) DO UPDATE SET count = count + excluded.count`;

const addRejection = `
  INSERT INTO webhook_unauthenticated (received_at, endpoint, code, source_ip) VALUES (?, ?, ?, ?)`;

const dropOldest = `
  DELETE FROM webhook_unauthenticated WHERE id <= (SELECT max(id) FROM webhook_unauthenticated) - ?`;

/** Delete the counts of hours that end before a time, and the single rejections before it. Call this inside a write. */
export function removeRejections(db: Database, before: number): void {
  db.statement('DELETE FROM webhook_rejections WHERE hour <= ?').run(before - hour);
  db.statement('DELETE FROM webhook_unauthenticated WHERE received_at < ?').run(before);
}

/** Counts unauthenticated deliveries without a write for each, in bounded memory. */
export interface RejectionCounter {
  add(rejection: UnauthenticatedRejection): void;
  /** Write the collected rejections. If that fails, they are kept for the next time. */
  flush(): Promise<void>;
  /** Write the collected rejections for the last time. */
  close(): Promise<void>;
}

/** @param keep the number of single rejections to keep. 0 for counts only */
export function createRejectionCounter(db: Database, keep: number): RejectionCounter {
  let counts = new Map<string, { rejection: UnauthenticatedRejection; count: number }>();
  let latest: UnauthenticatedRejection[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (counts.size === 0) return;
    const [counted, single] = [counts, keep === 0 ? [] : latest.slice(-keep)];
    counts = new Map();
    latest = [];
    try {
      await db.write(() => store([...counted.values()], single));
    } catch (error) {
      db.reportError(error);
      // Nothing was written. Keep all for the next time.
      latest = [...single, ...latest].slice(-2 * keep);
      for (const { rejection, count } of counted.values()) add(rejection, count);
    }
  }

  function add(rejection: UnauthenticatedRejection, count: number): void {
    if (closed) return;
    const key = `${rejectionHour(rejection)}\n${rejection.code}\n${rejection.endpoint}`;
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { rejection, count });
    else counted.count += count;
    timer ??= setTimeout(() => void flush(), interval).unref();
  }

  function store(
    counted: readonly { rejection: UnauthenticatedRejection; count: number }[],
    single: readonly UnauthenticatedRejection[],
  ): void {
    for (const { rejection, count } of counted) {
      db.statement(addCount).run(rejectionHour(rejection), rejection.endpoint, rejection.code, count);
    }
    for (const { receivedAt, endpoint, code, ip } of single) {
      db.statement(addRejection).run(receivedAt.getTime(), endpoint, code, ip ?? null);
    }
    if (single.length > 0) db.statement(dropOldest).run(keep);
  }

  return {
    add(rejection) {
      if (db.readOnly) return;
      if (keep > 0) latest.push(rejection);
      if (latest.length > 2 * keep) latest = latest.slice(-keep);
      add(rejection, 1);
    },
    flush,
    close() {
      const flushed = flush();
      closed = true;
      return flushed;
    },
  };
}
