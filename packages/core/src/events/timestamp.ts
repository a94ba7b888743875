const isoDate = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Convert a time that Python wrote: `isoformat()` with or without an offset, `str(datetime)` with a space, or
 * `time.time()` as a float.
 * @returns ISO 8601 with `Z` or an offset, or `undefined` if the value has another form
 */
export function toTimestamp(value: unknown): string | undefined {
  if (typeof value === 'number') {
    const date = new Date(value * 1000);
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  }
  if (typeof value !== 'string') return undefined;
  // The guide's format. The schema checks it.
  if (value.length === 20 && value[10] === 'T' && value[19] === 'Z') return value;
  const [, date, time, offset] = isoDate.exec(value) ?? [];
  if (date === undefined || time === undefined) return undefined;
  // A time without an offset is UTC, because Python's utcnow() writes no offset.
  if (offset === undefined) return `${date}T${time}Z`;
  if (offset.length === 5) return `${date}T${time}${offset.slice(0, 3)}:${offset.slice(3)}`;
  return value[10] === 'T' ? value : `${date}T${time}${offset}`;
}
