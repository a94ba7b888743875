import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import { sampledTypes, sampleOf } from '@spiderfoot-webhooks/core/testing';
import { UsageFailure } from '../failure/failure.ts';
import type { DialectName } from './dialects.ts';
import { randomFrom } from './seeded-random.ts';
import { vary } from './vary-data.ts';

/** An event that is to be sent. */
export interface PlannedEvent {
  readonly type: string;
  readonly data: unknown;
  readonly timestamp: Date;
}

export interface EventPlan {
  /** A type, or `all`. */
  readonly type: string;
  readonly dialect: DialectName | undefined;
  /** In place of a sample. */
  readonly data: unknown;
  /** Default: one, and of `all` one of each. */
  readonly count: number | undefined;
  /** The same seed makes the same data. Default: the first event is the sample as it is. */
  readonly seed: number | undefined;
  /** When the first event happened. Default: now. */
  readonly timestamp: Date | undefined;
}

export interface PlannedEvents {
  readonly count: number;
  next(): PlannedEvent;
}

/** Create the events, one at a time on demand. */
export function planEvents({ type, dialect, data, count, seed, timestamp }: EventPlan): PlannedEvents {
  const types = type === 'all' ? typesOf(dialect) : [checkedType(type, data)];
  const random = randomFrom(seed ?? Math.floor(Math.random() * 2 ** 32));
  let made = 0;
  let before = Number.NEGATIVE_INFINITY;
  return {
    count: count ?? types.length,
    next() {
      const each = types[made % types.length] ?? type;
      // No two at the same time: what has no field that varies would be the same event again.
      before = Math.max(timestamp?.getTime() ?? Date.now(), before + 1);
      const isSample = seed === undefined && made < types.length;
      made += 1;
      const sample = sampleOf(each) ?? {};
      return {
        type: each,
        data: data ?? (isSample ? sample : vary(sample, random)),
        timestamp: new Date(before),
      };
    },
  };
}

/** Names that only the notification channel has, followed by all of its names. */
const ownNotifications = ['high_severity', 'report_ready', 'subdomain_change'];
const notifications = ['scan_started', 'scan_completed', 'scan_failed', ...ownNotifications];

/** The types that a dialect has names for. */
export function typesOf(dialect: DialectName | undefined): readonly string[] {
  if (dialect === undefined) return sampledTypes;
  if (dialect === 'notification') return notifications;
  if (dialect !== 'guide') return sampledTypes.filter((type) => type.includes('.'));
  return sampledTypes.filter((type) => !type.includes('.') && !ownNotifications.includes(type));
}

/** A slip of the pen is more likely than a type that nobody knows; who means one gives its data too. */
function checkedType(type: string, data: unknown): string {
  if (data !== undefined || sampleOf(type) !== undefined) return type;
  throw new UsageFailure(
    `"${type}" is not a known event type.${didYouMean(type, sampledTypes)}`,
    'send --list shows all types. To send one of your own, give its --data.',
  );
}
