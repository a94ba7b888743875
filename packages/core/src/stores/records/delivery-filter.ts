import { ConfigurationError } from '../../errors.ts';
import { type StoredState, storedStates } from '../delivery-states.ts';
import type { DeliveryRecord } from './delivery-record.ts';
import { searchWords } from './search-text.ts';

/** Selects the deliveries that match all conditions. A list matches if one of its values matches. */
export interface DeliveryFilter {
  /** A canonical event type, for example `scan_completed`. */
  readonly eventType?: OneOrSeveral<string> | undefined;
  readonly state?: OneOrSeveral<StoredState> | undefined;
  readonly endpoint?: OneOrSeveral<string> | undefined;
  /** Received at this time or later. */
  readonly since?: Date | undefined;
  /** Received before this time. */
  readonly until?: Date | undefined;
  /** `data.scan_id`. */
  readonly scanId?: OneOrSeveral<string> | undefined;
  /** `data.target`. */
  readonly target?: OneOrSeveral<string> | undefined;
  /** Up to 1000 words of the body. Each also matches longer words that begin with it. */
  readonly text?: string | undefined;
}

type OneOrSeveral<Value> = Value | readonly Value[];

/** The filters that compare a field of a record with one or several values. */
const fieldFilters = ['eventType', 'state', 'endpoint', 'scanId', 'target'] as const;

const stateNames: readonly string[] = storedStates;

const filterNames: readonly string[] = [...fieldFilters, 'text', 'since', 'until'];

/**
 * Check a filter. An unknown name is an error, because a misspelled filter would select every delivery. An unknown state is
 * an error, because it would select no delivery.
 * @throws ConfigurationError that names the filter
 */
export function checkFilter(filter: DeliveryFilter): void {
  if (typeof filter !== 'object' || filter === null) {
    throw new ConfigurationError('filter', "must be an object, for example { state: 'dead' }.");
  }
  for (const [name, value] of Object.entries(filter)) {
    if (!filterNames.includes(name)) {
      throw new ConfigurationError(name, `is not a filter. Use one of ${filterNames.join(', ')}.`);
    }
    if (value === undefined) continue;
    if (name === 'since' || name === 'until') checkTime(name, value);
    else if (name === 'text') checkText(value);
    else checkValues(name, value);
  }
}

/**
 * Check the filter of a replay. If its only conditions are `undefined`, as in `{ state: process.env.STATE }`, it would
 * select every delivery by mistake. `{}` selects every delivery.
 * @throws ConfigurationError that names the filter
 */
export function checkReplayFilter(filter: DeliveryFilter): void {
  checkFilter(filter);
  const [first] = Object.keys(filter);
  if (first === undefined || Object.values(filter).some((value) => value !== undefined)) return;
  throw new ConfigurationError(first, 'is undefined. To replay every delivery, pass {}.');
}

export function checkTime(name: string, value: unknown): void {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return;
  throw new ConfigurationError(name, 'must be a valid Date.');
}

function checkText(value: unknown): void {
  checkString('text', value);
  searchWords(value);
}

function checkValues(name: string, value: unknown): void {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0) throw new ConfigurationError(name, 'must not be an empty list.');
  for (const member of values) {
    checkString(name, member);
    if (name === 'state' && !stateNames.includes(member)) {
      throw new ConfigurationError(
        name,
        `contains ${JSON.stringify(member)}, which is not a state. Use one of ${stateNames.join(', ')}.`,
      );
    }
  }
}

function checkString(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value.trim() !== '') return;
  throw new ConfigurationError(name, 'must be a non-empty string.');
}

/**
 * Return whether a record matches all conditions of a filter except `text`. This is for a store that selects in memory.
 * @param filter a filter that {@link checkFilter} has accepted
 */
export function matchesFilter(filter: DeliveryFilter, record: DeliveryRecord): boolean {
  const { since, until } = filter;
  if (since !== undefined && record.receivedAt < since) return false;
  if (until !== undefined && record.receivedAt >= until) return false;
  return fieldFilters.every((name) => matchesValue(filter[name], record[name]));
}

function matchesValue(wanted: OneOrSeveral<string> | undefined, value: string | undefined): boolean {
  if (wanted === undefined) return true;
  return value !== undefined && (typeof wanted === 'string' ? wanted === value : wanted.includes(value));
}
