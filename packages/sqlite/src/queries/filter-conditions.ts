import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { DeliveryState, QueueState } from '@spiderfoot-webhooks/core/stores';

/** Selects deliveries. All conditions must hold. For a list, one of its values must match. */
export interface DeliveryFilter {
  /** An event type by the kit's own name: `scan_completed`. */
  readonly type?: OneOrSeveral<string>;
  readonly state?: OneOrSeveral<DeliveryState | QueueState>;
  readonly endpoint?: OneOrSeveral<string>;
  /** Received at this time or later. */
  readonly since?: Date;
  /** Received before this time. */
  readonly until?: Date;
  /** `data.scan_id`. */
  readonly scanId?: OneOrSeveral<string>;
  /** `data.target`. */
  readonly target?: OneOrSeveral<string>;
  /** At most 1000 words in the body; each may be the beginning of one. */
  readonly text?: string;
}

type OneOrSeveral<Value> = Value | readonly Value[];

/** A filter in SQL. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

type Term = readonly [sql: string, value: string | number];

/**
 * @param filter without `text`, which is the search index's to answer
 * @throws ConfigurationError for a filter that is not known: a misspelt one must not mean all
 */
export function toCondition(filter: Omit<DeliveryFilter, 'text'>): Condition {
  const terms = Object.entries(filter).flatMap(([name, value]) =>
    value === undefined ? [] : termsOf(name, value),
  );
  if (terms.length === 0) return { sql: 'TRUE', values: [] };
  return { sql: terms.map(([sql]) => sql).join(' AND '), values: terms.map(([, value]) => value) };
}

const byName: Readonly<Record<string, (value: string) => readonly Term[]>> = {
  type: (value) => [['event_type = ?', value]],
  // The second half lets SQLite use the index that leaves out what is processed.
  state: (value) =>
    value === 'processed' ? [['state = ?', value]] : [["state <> 'processed' AND state = ?", value]],
  endpoint: (value) => [['endpoint = ?', value]],
  scanId: (value) => [['scan_id = ?', value]],
  target: (value) => [['target = ?', value]],
};

const columns: Readonly<Record<string, string>> = {
  type: 'event_type',
  state: 'state',
  endpoint: 'endpoint',
  scanId: 'scan_id',
  target: 'target',
};

function termsOf(name: string, value: unknown): readonly Term[] {
  if (name === 'since') return [['received_at >= ?', timeOf(name, value)]];
  if (name === 'until') return [['received_at < ?', timeOf(name, value)]];
  // Its own alone: what every object has, such as `constructor`, is no filter.
  const toTerms = Object.hasOwn(byName, name) ? byName[name] : undefined;
  if (toTerms === undefined)
    throw new ConfigurationError(name, `is no filter. Known: ${filterNames.join(', ')}.`);
  if (Array.isArray(value)) return severalTerms(name, value);
  checkText(name, value);
  return toTerms(value);
}

function severalTerms(name: string, values: readonly unknown[]): readonly Term[] {
  if (values.length === 0) throw new ConfigurationError(name, 'must not be an empty list.');
  for (const value of values) checkText(name, value);
  return [[`${columns[name]} IN (SELECT value FROM json_each(?))`, JSON.stringify(values)]];
}

function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value.trim() !== '') return;
  throw new ConfigurationError(name, 'must be a non-empty string.');
}

/** An index of deliveries, each in the order of time, and the filter that it leads with. */
export interface Lead {
  readonly name?: keyof DeliveryFilter;
  readonly index: string;
}

/**
 * Return the indexes that a filter can use. The index by time is not among them. An index is not ordered across
 * several values.
 */
export function leadsOf(filter: DeliveryFilter): readonly Lead[] {
  return leads.filter(({ name }) => typeof filter[name] === 'string' && filter[name] !== 'processed');
}

const leads = [
  { name: 'scanId', index: 'webhook_logs_scan' },
  { name: 'target', index: 'webhook_logs_target' },
  { name: 'state', index: 'webhook_logs_open' },
  { name: 'type', index: 'webhook_logs_type' },
  { name: 'endpoint', index: 'webhook_logs_endpoint' },
] as const satisfies readonly Lead[];

/** Holds all deliveries, with their state, type and endpoint beside the time. */
export const leadOfTime: Lead = { index: 'webhook_logs_time' };

const filterNames: readonly string[] = [...Object.keys(byName), 'text', 'since', 'until'];

function timeOf(name: string, value: unknown): number {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime();
  throw new ConfigurationError(name, 'must be a Date.');
}
