import { type RejectionCode, rejections } from '@spiderfoot-webhooks/core';
import type { RejectionCount } from '@spiderfoot-webhooks/core/stores';

/** The number of rejected requests with one code. */
export interface CodeCount {
  readonly code: string;
  readonly count: number;
  /** The beginning of the latest hour with this code. */
  readonly latest: Date;
}

/**
 * Add up the counts of all hours and endpoints. The most frequent code is first.
 * @param since only hours that end later
 */
export function countsByCode(counts: readonly RejectionCount[], since = new Date(0)): readonly CodeCount[] {
  const codes = new Map<string, CodeCount>();
  for (const { code, count, hour } of counts) {
    if (hour.getTime() + 3_600_000 <= since.getTime()) continue;
    const known = codes.get(code);
    const latest = known !== undefined && known.latest > hour ? known.latest : hour;
    codes.set(code, { code, count: count + (known?.count ?? 0), latest });
  }
  return [...codes.values()].toSorted((a, b) => b.count - a.count);
}

/** Return the usual cause of a code and its fix. Empty for a code of another version. */
export function hintOf(code: string): string {
  return isCode(code) ? rejections[code].hint : '';
}

function isCode(code: string): code is RejectionCode {
  return Object.hasOwn(rejections, code);
}
