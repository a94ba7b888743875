import {
  type RejectionCount,
  type RejectionRecord,
  rejectionHour,
  type UnauthenticatedRejection,
} from '@spiderfoot-webhooks/core/stores';
import type { Commits } from '../database/group-commit.ts';
import type { Connection } from '../database/writable-connection.ts';
import { numberOf, textOf, timeOf } from '../rows/cells.ts';

/** Milliseconds in an hour: what refusals are counted by. */
const hour = 3_600_000;

/** Milliseconds for which refusals are gathered: one write for all, however many a stranger sends. */
const interval = 1000;

const addCount = `
  INSERT INTO webhook_rejections (hour, endpoint, code, count) VALUES (?, ?, ?, ?)
  ON CONFLICT (hour, endpoint, code) DO UPDATE SET count = count + excluded.count`;

const addRefusal = `
  INSERT INTO webhook_unauthenticated (received_at, endpoint, code, source_ip) VALUES (?, ?, ?, ?)`;

const dropOldest = `
  DELETE FROM webhook_unauthenticated WHERE id <= (SELECT max(id) FROM webhook_unauthenticated) - ?`;

/** Whole hours, and what was kept one by one. To be called inside of a commit. */
export function removeRejections(connection: Connection, before: number): void {
  connection.statement('DELETE FROM webhook_rejections WHERE hour <= ?').run(before - hour);
  connection.statement('DELETE FROM webhook_unauthenticated WHERE received_at < ?').run(before);
}

/** Counts what was not authenticated, off the way of the deliveries, and within bounds. */
export interface RejectionCounter {
  add(refusal: UnauthenticatedRejection): void;
  /** Write the collected rejections. Those that cannot be written are kept for the next time. */
  flush(): Promise<void>;
  /** Write the collected rejections for the last time. */
  close(): Promise<void>;
}

/** @param keep how many single refusals are kept; 0 for counts alone */
export function createRejectionCounter(
  connection: Connection,
  commits: Commits,
  keep: number,
  onError: (error: unknown) => void,
): RejectionCounter {
  let counts = new Map<string, { refusal: UnauthenticatedRejection; count: number }>();
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
      await commits.write(() => store([...counted.values()], single));
    } catch (error) {
      onError(error);
      // Nothing of it was written: it is kept for the next time.
      latest = [...single, ...latest].slice(-2 * keep);
      for (const { refusal, count } of counted.values()) add(refusal, count);
    }
  }

  function add(refusal: UnauthenticatedRejection, count: number): void {
    if (closed) return;
    const key = `${rejectionHour(refusal)}\n${refusal.code}\n${refusal.endpoint}`;
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { refusal, count });
    else counted.count += count;
    timer ??= setTimeout(() => void flush(), interval).unref();
  }

  function store(
    counted: readonly { refusal: UnauthenticatedRejection; count: number }[],
    single: readonly UnauthenticatedRejection[],
  ): void {
    for (const { refusal, count } of counted) {
      connection.statement(addCount).run(rejectionHour(refusal), refusal.endpoint, refusal.code, count);
    }
    for (const { receivedAt, endpoint, code, ip } of single) {
      connection.statement(addRefusal).run(receivedAt.getTime(), endpoint, code, ip ?? null);
    }
    if (single.length > 0) connection.statement(dropOldest).run(keep);
  }

  return {
    add(refusal) {
      if (keep > 0) latest.push(refusal);
      if (latest.length > 2 * keep) latest = latest.slice(-keep);
      add(refusal, 1);
    },
    flush,
    close() {
      const flushed = flush();
      closed = true;
      return flushed;
    },
  };
}

export function countRejections(connection: Connection): readonly RejectionCount[] {
  const rows = connection
    .statement(
      'SELECT hour, endpoint, code, count FROM webhook_rejections ORDER BY hour DESC, endpoint, code',
    )
    .all() as Readonly<Record<'hour' | 'endpoint' | 'code' | 'count', unknown>>[];
  return rows.map(({ hour: began, endpoint, code, count }) => ({
    hour: timeOf(began) ?? new Date(0),
    endpoint: textOf(endpoint) ?? '',
    code: textOf(code) ?? '',
    count: numberOf(count),
  }));
}

/** Newest first. */
export function listRejections(connection: Connection): readonly RejectionRecord[] {
  const rows = connection
    .statement('SELECT received_at, endpoint, code, source_ip FROM webhook_unauthenticated ORDER BY id DESC')
    .all() as Readonly<Record<'received_at' | 'endpoint' | 'code' | 'source_ip', unknown>>[];
  return rows.map(({ received_at, endpoint, code, source_ip }) => ({
    receivedAt: timeOf(received_at) ?? new Date(0),
    endpoint: textOf(endpoint) ?? '',
    code: textOf(code) ?? '',
    ip: textOf(source_ip),
  }));
}
