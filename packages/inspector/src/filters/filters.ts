import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** The filters in the query of a page, in the order in which they are shown. */
const filterNames = [
  ...['text', 'type', 'category', 'severity', 'state', 'endpoint', 'scan', 'target', 'since', 'until'],
  ...['failure', 'replay'],
] as const satisfies readonly FilterName[];

export type FilterName =
  | 'text'
  | 'type'
  | 'category'
  | 'severity'
  | 'state'
  | 'endpoint'
  | 'scan'
  | 'target'
  | 'since'
  | 'until'
  /** The id of a group of dead letters. */
  | 'failure'
  /** The id of a replay. */
  | 'replay';

/** The values of the filters that are set. */
export type Filters = ReadonlyMap<FilterName, readonly string[]>;

/** Filters that have one value. */
const single: ReadonlySet<FilterName> = new Set(['text', 'since', 'until', 'failure', 'replay']);

/** The most values of all filters. A page has a link for each value that contains the others, so its size is quadratic. */
const mostValues = 100;

/**
 * Read the filters of a query. A form without script also sends its empty fields, which are ignored.
 * @throws ConfigurationError that names a filter if there are too many values
 */
export function readFilters(query: URLSearchParams): Filters {
  const filters = new Map<FilterName, readonly string[]>();
  let count = 0;
  for (const name of filterNames) {
    const values = [...new Set(query.getAll(name).filter((value) => value.trim() !== ''))];
    count += values.length;
    if (count > mostValues) {
      throw new ConfigurationError(name, `has too many values. Use at most ${mostValues} in all filters.`);
    }
    if (values.length > 0) filters.set(name, single.has(name) ? values.slice(-1) : values);
  }
  return filters;
}

/** Return the query of filters, with further parameters. */
export function filterQuery(
  filters: Filters,
  further: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, values] of filters) for (const value of values) query.append(name, value);
  for (const [name, value] of Object.entries(further)) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Return the filters without one value. */
export function withoutValue(filters: Filters, name: FilterName, value: string): Filters {
  const rest = (filters.get(name) ?? []).filter((other) => other !== value);
  const changed = new Map(filters);
  if (rest.length > 0) changed.set(name, rest);
  else changed.delete(name);
  return changed;
}
