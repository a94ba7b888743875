import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished, vi } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../src/index.ts';

/** Create a folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function temporaryPath(): string {
  return join(temporaryFolder(), 'webhooks.db');
}

/** Open a store that is closed after the test. */
export function open(path: string, options?: StoreOptions): Store {
  const store = openStore(path, options);
  onTestFinished(() => store.close());
  return store;
}

/** Run a statement on a separate connection. */
export function query(path: string, sql: string, ...values: readonly unknown[]): readonly unknown[] {
  const db = new Database(path, { timeout: 5000 });
  try {
    const statement = db.prepare<unknown[], unknown>(sql);
    if (statement.reader) return statement.all(...values);
    statement.run(...values);
    return [];
  } finally {
    db.close();
  }
}

/** Wait until background work makes an assertion pass. Do not use this to measure time. */
export function until<Value>(check: () => Value | Promise<Value>, timeout = 25_000): Promise<Value> {
  return vi.waitFor(check, { timeout, interval: 10 });
}
