import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Stored } from './engines/engine.ts';
import type { Mode, Site } from './receivers.ts';
import type { Sent } from './sender.ts';

/** A line of the journal. */
export interface Step {
  readonly id: string;
  readonly attempt: number;
  readonly step: string;
  /** Whether another connection saw the delivery at that time. `undefined` if the engine did not answer. */
  readonly committed: boolean | undefined;
}

/** The state after the last process has exited. */
export interface Evidence extends Stored {
  readonly mode: Mode;
  readonly maxAttempts: number;
  readonly sent: Pick<Sent, 'all' | 'acknowledged'>;
  readonly steps: readonly Step[];
}

/** Call this only while no receiver runs. */
export async function gather({ mode, maxAttempts, place, journal }: Site, sent: Sent): Promise<Evidence> {
  return { mode, maxAttempts, sent, ...(await place.read()), steps: readJournal(journal) };
}

/** The columns of a SQLite file that describe how deliveries were handled. */
export function rowsOf({ place }: Site): readonly unknown[] {
  const db = new Database(place.location, { fileMustExist: true });
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
    const [, id, attempt, step, committed] = /^([0-9a-f]{32}) (\d+) (\w+) ([01?])$/.exec(line) ?? [];
    if (id === undefined || step === undefined)
      throw new Error(`Invalid journal line: ${JSON.stringify(line)}`);
    return {
      id,
      attempt: Number(attempt),
      step,
      committed: committed === '?' ? undefined : committed === '1',
    };
  });
}

/** Milliseconds. Only a hang reaches it. */
const timeout = 60_000;

/** Waits for a condition. @throws Error if it is not met in time */
export async function until(condition: string, isMet: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + timeout;
  while (!(await isMet())) {
    if (performance.now() > end) throw new Error(`Timed out waiting until ${condition}`);
    await sleep(10);
  }
}

/** Whether another connection is writing to the SQLite file. */
export function isLocked({ place }: Site): boolean {
  const db = new Database(place.location, { fileMustExist: true, timeout: 0 });
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
export async function untilDrained({ place }: Site): Promise<void> {
  const watch = await place.watch();
  try {
    await until('the queue was empty', () => watch.isDrained());
  } finally {
    await watch.close();
  }
}
