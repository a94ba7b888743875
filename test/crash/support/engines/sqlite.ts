import { join } from 'node:path';
import Database from 'better-sqlite3';
import { hashOf } from '../sender.ts';
import type { Place, Row } from './engine.ts';

/** Create a place for a file. */
export function sqlitePlace(folder: string): Place {
  const location = join(folder, 'webhooks.db');
  return {
    location,
    // Only while no receiver runs: an open connection would spare the next receiver the recovery after a killed process.
    async read() {
      const db = new Database(location, { fileMustExist: true });
      try {
        const rows: Row[] = [];
        const select = db.prepare<[], Omit<Row, 'hash'> & { readonly body: Buffer }>(
          'SELECT delivery_id AS id, CAST(payload AS BLOB) AS body, state, failures FROM webhook_logs',
        );
        for (const { body, ...row } of select.iterate()) rows.push({ ...row, hash: hashOf(body) });
        return { rows, integrity: db.pragma('integrity_check', { simple: true }) };
      } finally {
        db.close();
      }
    },
    async watch() {
      const db = new Database(location, { readonly: true });
      const left = db.prepare("SELECT 1 FROM webhook_logs WHERE state IN ('queued', 'running') LIMIT 1");
      return {
        isDrained: async () => left.all().length === 0,
        close: async () => void db.close(),
      };
    },
  };
}
