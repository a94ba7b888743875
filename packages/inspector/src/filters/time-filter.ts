import { ConfigurationError } from '@spiderfoot-webhooks/core';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Read a time of a query: a duration before now (`30m`, `24h`, `7d`, `2w`), or ISO 8601. A time without a zone is in UTC.
 * @throws ConfigurationError that names the filter
 */
export function readTime(name: 'since' | 'until', text: string, now = Date.now()): Date {
  const [, amount, unit = ''] = /^(\d{1,6}) ?([mhdw])$/.exec(text.trim()) ?? [];
  if (amount !== undefined) return new Date(now - Number(amount) * (units[unit] ?? 0));
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(Z|[+-]\d\d:?\d\d)?$/.exec(text.trim()) ??
    [];
  const at = new Date(`${day}T${time ?? '00:00'}${zone ?? 'Z'}`);
  if (!Number.isNaN(at.getTime())) return at;
  throw new ConfigurationError(
    name,
    `must be a time such as "2026-01-31 12:00" in UTC, or a duration such as "24h" (got ${JSON.stringify(text)}).`,
  );
}
