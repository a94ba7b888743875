import { Buffer } from 'node:buffer';
import type { CollectedRejections } from '@spiderfoot-webhooks/core/stores';
import type { Query, Value } from '../connection/clients.ts';
import { toList } from '../rows/lists.ts';
import { toColumn, toOptionalColumn, toTimestamp } from '../rows/text.ts';

/**
 * The statement to add rejections, and to delete the requests that are no longer kept. All parts of a statement see the
 * table before it, so as many rows are deleted as are added.
 */
export function addRejections(prefix: string, { counts, latest, keep }: CollectedRejections): Query {
  const listOf = <Item>(items: readonly Item[], value: (item: Item) => Value) => toList(items.map(value));
  const kept = [...keep].map(([endpoint, count]) => {
    const added = latest.filter((rejection) => rejection.endpoint === endpoint).length;
    return { endpoint, earlier: Math.max(0, count - added) };
  });
  return {
    text: `WITH counted AS (
        INSERT INTO ${prefix}rejection_counts AS c (hour, endpoint, code, count)
        SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[])
        ON CONFLICT (hour, endpoint, code) DO UPDATE SET count = c.count + excluded.count
      ), added AS (
        INSERT INTO ${prefix}rejections (received_at, endpoint, code, source_ip, method, headers, truncated, body)
        SELECT received_at, endpoint, code, source_ip, method, headers::json, truncated,
          substr($13::bytea, 1 + (sum(coalesce(size, 0)) OVER (ORDER BY position))::integer - size, size)
        FROM unnest($5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::boolean[],
          $12::integer[]) WITH ORDINALITY
          AS s (received_at, endpoint, code, source_ip, method, headers, truncated, size, position)
        ORDER BY position
      )
      DELETE FROM ${prefix}rejections AS r USING unnest($14::text[], $15::bigint[]) AS kept (endpoint, earlier)
      WHERE r.endpoint = kept.endpoint AND r.id <= (
        SELECT o.id FROM ${prefix}rejections AS o WHERE o.endpoint = kept.endpoint
        ORDER BY o.id DESC LIMIT 1 OFFSET kept.earlier
      )`,
    values: [
      listOf(counts, ({ hour }) => toTimestamp(new Date(hour))),
      listOf(counts, ({ endpoint }) => toColumn(endpoint)),
      listOf(counts, ({ code }) => toColumn(code)),
      listOf(counts, ({ count }) => count),
      listOf(latest, ({ receivedAt }) => toTimestamp(receivedAt)),
      listOf(latest, ({ endpoint }) => toColumn(endpoint)),
      listOf(latest, ({ code }) => toColumn(code)),
      listOf(latest, ({ ip }) => toOptionalColumn(ip)),
      listOf(latest, ({ request }) => toColumn(request.method)),
      listOf(latest, ({ request }) => JSON.stringify(request.headers)),
      listOf(latest, ({ request }) => String(request.truncated)),
      listOf(latest, ({ request }) => request.body?.byteLength ?? null),
      Buffer.concat(latest.flatMap(({ request }) => request.body ?? [])),
      listOf(kept, ({ endpoint }) => toColumn(endpoint)),
      listOf(kept, ({ earlier }) => earlier),
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
