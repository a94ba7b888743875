import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Connection } from './connection.ts';
import { type DeliveryFilter, toCondition } from './filters.ts';

/** What deliveries are counted by. */
export type CountKey = 'state' | 'type' | 'endpoint' | 'time';

export interface CountOptions
  extends Pick<DeliveryFilter, 'type' | 'state' | 'endpoint' | 'since' | 'until'> {
  /** @default ['state'] */
  readonly by?: readonly CountKey[];
  /**
   * The length of a time bucket, in milliseconds, for `by: ['time']`.
   * @default 3600000 (an hour)
   */
  readonly bucket?: number;
}

export interface Count {
  readonly count: number;
  readonly state?: string;
  readonly type?: string;
  readonly endpoint?: string | null;
  /** When the bucket begins, in milliseconds since 1970. */
  readonly time?: number;
}

const expressions: Readonly<Record<CountKey, string>> = {
  state: 'state',
  type: 'event_type',
  endpoint: 'endpoint',
  time: 'received_at / CAST(@bucket AS INTEGER) * CAST(@bucket AS INTEGER)',
};

/** The SQL of a count; the time index covers it, so no row is read. */
function countSql({ by = ['state'], bucket: _, ...filter }: CountOptions) {
  const { sql, values } = toCondition(filter);
  for (const key of by) {
    if (Object.hasOwn(expressions, key)) continue;
    throw new ConfigurationError(
      'by',
      `has ${JSON.stringify(key)}. Known: ${Object.keys(expressions).join(', ')}.`,
    );
  }
  const keys = by.map((key) => `${expressions[key]} AS ${key}`);
  const group = by.length === 0 ? '' : `GROUP BY ${by.map((_, index) => index + 1).join(', ')}`;
  return {
    sql: `SELECT ${[...keys, 'count(*) AS count'].join(', ')} FROM webhook_logs INDEXED BY webhook_logs_time
      WHERE ${sql} ${group}`,
    values,
  };
}

export function count(connection: Connection, options: CountOptions): readonly Count[] {
  const { sql, values } = countSql(options);
  const { bucket = 3_600_000 } = options;
  if (!(bucket >= 1)) throw new ConfigurationError('bucket', 'must be 1 or more milliseconds.');
  const named = sql.includes('@bucket') ? [{ bucket: Math.floor(bucket) }] : [];
  return connection.statement(sql).all(...values, ...named) as Count[];
}
