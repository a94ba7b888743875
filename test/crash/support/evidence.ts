import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Mode, Site } from './receivers.ts';
import { hashOf, type Sent } from './sender.ts';

/** A delivery in the database. */
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

/** The state after the last process has exited. */
export interface Evidence {
  readonly mode: Mode;
  readonly maxAttempts: number;
  readonly sent: Pick<Sent, 'all' | 'acknowledged'>;
  readonly rows: readonly Row[];
  readonly steps: readonly Step[];
  /** The result of `PRAGMA integrity_check`. */
  readonly integrity: unknown;
}

/**
 * Call this only while no receiver runs. An open connection to the file would spare the next receiver the recovery after a
 * killed process.
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

/** The columns that describe how deliveries were handled. */
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
    if (id === undefined || step === undefined)
      throw new Error(`Invalid journal line: ${JSON.stringify(line)}`);
    return { id, attempt: Number(attempt), step, committed: committed === '1' };
  });
}

/** Milliseconds. */
const timeout = 20_000;

/** Waits for a condition. @throws Error if it is not met in time */
export async function until(condition: string, isMet: () => boolean): Promise<void> {
  const end = performance.now() + timeout;
  while (!isMet()) {
    if (performance.now() > end) throw new Error(`Timed out waiting until ${condition}`);
    await sleep(10);
  }
}

/** Whether another connection is writing to the database. */
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

/** Waits until no delivery is queued or running. A receiver must be running. */
export async function untilDrained({ database }: Site): Promise<void> {
  const db = new Database(database, { readonly: true });
  const left = db.prepare("SELECT 1 FROM webhook_logs WHERE state IN ('queued', 'running') LIMIT 1");
  try {
    await until('the queue was empty', () => left.all().length === 0);
  } finally {
    db.close();
  }
}
