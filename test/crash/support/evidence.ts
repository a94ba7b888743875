import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Mode, Site } from './receivers.ts';
import { hashOf, type Sent } from './sender.ts';

/** A delivery as the database holds it. */
export interface Row {
  readonly id: string;
  readonly hash: string;
  readonly state: string;
  readonly failures: number;
}

/** A line of the journal. */
export interface Step {
  readonly id: string;
  readonly attempt: number;
  readonly step: string;
  /** Whether another connection saw the delivery at that time. */
  readonly committed: boolean;
}

/** What is left after the last process has ended. */
export interface Evidence {
  readonly mode: Mode;
  readonly maxAttempts: number;
  readonly sent: Pick<Sent, 'all' | 'acknowledged'>;
  readonly rows: readonly Row[];
  readonly steps: readonly Step[];
  /** What `PRAGMA integrity_check` says. */
  readonly integrity: unknown;
}

/**
 * To be called while no receiver runs: a connection that outlives a killed process keeps the next one from having to
 * recover the file.
 */
export function gather({ mode, maxAttempts, database, journal }: Site, sent: Sent): Evidence {
  const db = new Database(database, { fileMustExist: true });
  try {
    const rows: Row[] = [];
    const select = db.prepare<[], Omit<Row, 'hash'> & { readonly body: Buffer }>(
      'SELECT delivery_id AS id, CAST(payload AS BLOB) AS body, state, failures FROM webhook_logs',
    );
    for (const { body, ...row } of select.iterate()) rows.push({ ...row, hash: hashOf(body) });
    const integrity = db.pragma('integrity_check', { simple: true });
    return { mode, maxAttempts, sent, rows, steps: readJournal(journal), integrity };
  } finally {
    db.close();
  }
}

/** All that is kept of how deliveries were handled. */
export function rowsOf({ database }: Site): readonly unknown[] {
  const db = new Database(database, { fileMustExist: true });
  try {
    const columns = 'state, processed, attempts, lease_owner, due_at, error_message, handlers';
    return db.prepare(`SELECT ${columns} FROM webhook_logs ORDER BY id`).all();
  } finally {
    db.close();
  }
}

export function readJournal(path: string): readonly Step[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [, id, attempt, step, committed] = /^([0-9a-f]{32}) (\d+) (\w+) ([01])$/.exec(line) ?? [];
    if (id === undefined || step === undefined) throw new Error(`The journal has ${JSON.stringify(line)}`);
    return { id, attempt: Number(attempt), step, committed: committed === '1' };
  });
}

/** Milliseconds after which something hangs. */
const patience = 20_000;

/** Waits until something is so. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + patience;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`Hangs: waited in vain until ${what}`);
    await sleep(10);
  }
}

/** Whether somebody is in the middle of a commit. */
export function isLocked({ database }: Site): boolean {
  const db = new Database(database, { fileMustExist: true, timeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}

/** Waits until nothing waits or runs any more. Receivers have to be running. */
export async function untilDrained({ database }: Site): Promise<void> {
  const db = new Database(database, { readonly: true });
  const left = db.prepare("SELECT 1 FROM webhook_logs WHERE state IN ('queued', 'running') LIMIT 1");
  try {
    await until('the queue was worked off', () => left.all().length === 0);
  } finally {
    db.close();
  }
}
