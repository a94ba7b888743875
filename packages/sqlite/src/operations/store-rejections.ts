import type { CollectedRejections } from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';

/** Milliseconds in an hour. Rejections are counted by the hour. */
const hour = 3_600_000;

const addCount = `
  INSERT INTO webhook_rejections (hour, endpoint, code, count) VALUES (?, ?, ?, ?)
  ON CONFLICT (hour, endpoint, code) DO UPDATE SET count = count + excluded.count`;

const addRejection = `
  INSERT INTO webhook_unauthenticated (received_at, endpoint, code, source_ip, method, headers, body, truncated)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

const dropOldest = `
  DELETE FROM webhook_unauthenticated WHERE endpoint = @endpoint AND id <= (
    SELECT id FROM webhook_unauthenticated WHERE endpoint = @endpoint ORDER BY id DESC LIMIT 1 OFFSET @keep
  )`;

/** Delete the counts of hours that end before a time, and the single rejections before it. Call this inside a write. */
export function removeRejections(db: Database, before: number): void {
  db.statement('DELETE FROM webhook_rejections WHERE hour <= ?').run(before - hour);
  db.statement('DELETE FROM webhook_unauthenticated WHERE received_at < ?').run(before);
}

/** Add rejections, inside a write, and delete the requests that are no longer kept. */
export function storeRejections(db: Database, { counts, latest, keep }: CollectedRejections): void {
  for (const { hour: began, endpoint, code, count } of counts) {
    db.statement(addCount).run(began, endpoint, code, count);
  }
  for (const { receivedAt, endpoint, code, ip, request } of latest) {
    const { method, headers, body, truncated } = request;
    const written = [method, JSON.stringify(headers), body ?? null, truncated ? 1 : 0];
    db.statement(addRejection).run(receivedAt.getTime(), endpoint, code, ip ?? null, ...written);
  }
  for (const [endpoint, kept] of keep) db.statement(dropOldest).run({ endpoint, keep: kept });
}
