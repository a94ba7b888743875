import type { CollectedRejections, UnauthenticatedRejections } from '@spiderfoot-webhooks/core/stores';
import type { Query } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { milliseconds, textOf, timeOf } from '../rows/columns.ts';
import { toList } from '../rows/lists.ts';
import { toColumn, toOptionalColumn, toTimestamp } from '../rows/text.ts';

/** The statement to add rejections. */
export function addRejections(prefix: string, { counts, latest }: CollectedRejections, keep: number): Query {
  const listOf = <Item>(items: readonly Item[], value: (item: Item) => string | number | null) =>
    toList(items.map(value));
  return {
    text: `WITH counted AS (
        INSERT INTO ${prefix}rejection_counts AS c (hour, endpoint, code, count)
        SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[])
        ON CONFLICT (hour, endpoint, code) DO UPDATE SET count = c.count + excluded.count
      ), added AS (
        INSERT INTO ${prefix}rejections (received_at, endpoint, code, source_ip)
        SELECT received_at, endpoint, code, source_ip
        FROM unnest($5::timestamptz[], $6::text[], $7::text[], $8::text[]) WITH ORDINALITY
          AS s (received_at, endpoint, code, source_ip, position)
        ORDER BY position RETURNING id
      )
      DELETE FROM ${prefix}rejections WHERE id <= (SELECT max(id) FROM added) - $9::bigint`,
    values: [
      listOf(counts, ({ hour }) => toTimestamp(new Date(hour))),
      listOf(counts, ({ endpoint }) => toColumn(endpoint)),
      listOf(counts, ({ code }) => toColumn(code)),
      listOf(counts, ({ count }) => count),
      listOf(latest, ({ receivedAt }) => toTimestamp(receivedAt)),
      listOf(latest, ({ endpoint }) => toColumn(endpoint)),
      listOf(latest, ({ code }) => toColumn(code)),
      listOf(latest, ({ ip }) => toOptionalColumn(ip)),
      keep,
    ],
  };
}

/** The statement to delete the counts of hours that are entirely before a time, and the single rejections before it. */
export function removeRejections(prefix: string, before: Date): Query {
  return {
    text: `WITH counts AS (
        DELETE FROM ${prefix}rejection_counts WHERE hour <= $1::timestamptz - interval '1 hour'
      )
      DELETE FROM ${prefix}rejections WHERE received_at < $1::timestamptz`,
    values: [toTimestamp(before)],
  };
}

/** Return the deliveries that were rejected before they were authenticated. */
export async function readRejections(db: Database): Promise<UnauthenticatedRejections> {
  const counts = await db.read({
    text: `SELECT ${milliseconds('hour')} AS began, endpoint, code, count FROM ${db.prefix}rejection_counts
      ORDER BY hour DESC, endpoint COLLATE "C", code COLLATE "C"`,
  });
  const latest = await db.read({
    text: `SELECT ${milliseconds('received_at')} AS received, endpoint, code, source_ip
      FROM ${db.prefix}rejections ORDER BY id DESC`,
  });
  return {
    counts: counts.map(({ began, endpoint, code, count }) => ({
      hour: timeOf(began) ?? new Date(0),
      endpoint: textOf(endpoint) ?? '',
      code: textOf(code) ?? '',
      count: Number(count),
    })),
    latest: latest.map(({ received, endpoint, code, source_ip }) => ({
      receivedAt: timeOf(received) ?? new Date(0),
      endpoint: textOf(endpoint) ?? '',
      code: textOf(code) ?? '',
      ip: textOf(source_ip),
    })),
  };
}
