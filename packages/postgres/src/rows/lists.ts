import type { Value } from '../connection/clients.ts';

/** Convert a list to PostgreSQL's text form of an array, which does not depend on the driver. */
export function toList(values: readonly Value[]): string {
  return `{${values.map(toElement).join(',')}}`;
}

function toElement(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return String(value);
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
