import {
  type Count,
  type CountKey,
  type CountOptions,
  createCountTotals,
  readCountOptions,
} from '@spiderfoot-webhooks/core/stores';
import type { Query, Row } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import { textOf } from '../rows/columns.ts';
import { createParameters, toConditions, where } from './conditions.ts';

/** Count deliveries, by the index of all listings. */
export async function countDeliveries(
  db: Database,
  options: CountOptions | undefined,
): Promise<readonly Count[]> {
  const request = readCountOptions(options);
  const rows = await db.read(countQuery(db.prefix, request));
  const totals = createCountTotals(request.by, request.top);
  totals.add(rows.map((row) => toCount(row, request.by)));
  return totals.sorted();
}

export function countQuery(
  prefix: string,
  { by, bucket, top, filter }: ReturnType<typeof readCountOptions>,
): Query {
  const parameters = createParameters();
  const expressions: Readonly<Record<CountKey, () => string>> = {
    state: () => 'd.state',
    eventType: () => 'd.event_type',
    endpoint: () => 'd.endpoint',
    scanId: () => 'd.scan_id',
    target: () => 'd.target',
    time() {
      const length = parameters.add(bucket, 'bigint');
      return `floor(extract(epoch FROM d.received_at) * 1000 / ${length})::bigint * ${length}`;
    },
  };
  const keys = by.map((key) => `${expressions[key]()} AS "${key}"`);
  const group = by.length === 0 ? '' : `GROUP BY ${by.map((_, index) => index + 1).join(', ')}`;
  const conditions = where([
    ...toConditions(filter, parameters),
    ...(by.includes('scanId') ? ['d.scan_id IS NOT NULL'] : []),
    ...(by.includes('target') ? ['d.target IS NOT NULL'] : []),
  ]);
  const largest =
    top === undefined
      ? ''
      : `ORDER BY ${['count(*) DESC', ...by.map((_, index) => index + 1)].join(', ')} LIMIT ${parameters.add(top, 'integer')}`;
  return {
    text: `SELECT ${[...keys, 'count(*) AS count'].join(', ')} FROM ${prefix}deliveries AS d ${conditions} ${group} ${largest}`,
    values: parameters.values,
  };
}

function toCount(row: Row, by: readonly CountKey[]): Count {
  return {
    count: Number(row.count),
    ...(by.includes('state') && { state: textOf(row.state) ?? '' }),
    ...(by.includes('eventType') && { eventType: textOf(row.eventType) ?? '' }),
    ...(by.includes('endpoint') && { endpoint: textOf(row.endpoint) ?? null }),
    ...(by.includes('time') && { time: Number(row.time) }),
    ...(by.includes('scanId') && { scanId: textOf(row.scanId) ?? '' }),
    ...(by.includes('target') && { target: textOf(row.target) ?? '' }),
  };
}
