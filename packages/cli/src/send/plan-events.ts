import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import { sampledTypes, sampleOf } from '@spiderfoot-webhooks/core/testing';
import { UsageFailure } from '../failure/failure.ts';
import type { DialectName } from './dialects.ts';
import { randomFrom } from './seeded-random.ts';
import { vary } from './vary-data.ts';

/** An event to send. */
export interface PlannedEvent {
  readonly type: string;
  readonly data: unknown;
  readonly timestamp: Date;
}

/** The events that the options describe. */
export interface EventPlan {
  /** An event type, or `all`. */
  readonly type: string;
  readonly dialect: DialectName | undefined;
  /** The data of each event. Default: a sample. */
  readonly data: unknown;
  /** The number of events. Default: one, or one of each type for `all`. */
  readonly count: number | undefined;
  /** The same seed gives the same data. Default: the first event of each type is the unchanged sample. */
  readonly seed: number | undefined;
  /** The time of the first event. Default: now. */
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
  let created = 0;
  let previousTime = Number.NEGATIVE_INFINITY;
  return {
    count: count ?? types.length,
    next() {
      const nextType = types[created % types.length] ?? type;
      // Give each event its own time. Otherwise, events without a field that varies would be duplicates.
      previousTime = Math.max(timestamp?.getTime() ?? Date.now(), previousTime + 1);
      const isSample = seed === undefined && created < types.length;
      created += 1;
      const sample = sampleOf(nextType) ?? {};
      return {
        type: nextType,
        data: data ?? (isSample ? sample : vary(sample, random)),
        timestamp: new Date(previousTime),
      };
    },
  };
}

/** The types that only the notification channel sends. */
const ownNotifications = ['high_severity', 'report_ready', 'subdomain_change'];
/** All types that the notification channel sends. */
const notifications = ['scan_started', 'scan_completed', 'scan_failed', ...ownNotifications];

/** Return the types of a dialect. */
export function typesOf(dialect: DialectName | undefined): readonly string[] {
  if (dialect === undefined) return sampledTypes;
  if (dialect === 'notification') return notifications;
  if (dialect !== 'guide') return sampledTypes.filter((type) => type.includes('.'));
  return sampledTypes.filter((type) => !type.includes('.') && !ownNotifications.includes(type));
}

/** Reject an unknown type without data, because a typo is more likely than a custom type. */
function checkedType(type: string, data: unknown): string {
  if (data !== undefined || sampleOf(type) !== undefined) return type;
  throw new UsageFailure(
    `"${type}" is not a known event type.${didYouMean(type, sampledTypes)}`,
    '`send --list` lists the known types. To send an event of your own type, pass its --data.',
  );
}
