import type { HandlerRunDetails } from '@spiderfoot-webhooks/core';
import { eventSchemas, HandlerTimeoutError, RetryLaterError, rejections } from '@spiderfoot-webhooks/core';

/** The label of each value that is not known in advance. A sender can invent any number of types. */
export const other = 'other';

/** The codes of rejections that follow authentication. Core reports them with the delivery's id. */
export const authenticatedCodes = [
  'invalid_json',
  'invalid_event',
  'stale_event',
  'handler_failed',
  'unavailable',
  'in_progress',
] as const;

/** The codes of rejections that precede authentication. */
export const unauthenticatedCodes = [
  ...Object.keys(rejections).filter((code) => !authenticatedCodes.some((later) => later === code)),
  other,
];

export const acceptedOutcomes = ['processed', 'accepted', 'duplicate', 'ignored'] as const;

export const runResults = ['succeeded', 'failed', 'timed_out', 'retry_later'] as const;

export const attemptResults = ['processed', 'failed', 'rejected'] as const;

export const deadLetterReasons = ['failed', 'lost', 'rejected'] as const;

export const errorSources = [
  'handlers',
  'rateLimiter',
  'log',
  'queue',
  'schemas',
  'listener',
  'receiver',
] as const;

/** Maps a value to a label, so that the number of labels is bounded. */
export type BoundedLabel = (value: string | undefined) => string;

/** Keep the labels of a list. Any other value shares one label, because each label needs memory here and in Prometheus. */
export function boundedLabel(known: readonly string[]): BoundedLabel {
  const labels = new Set(known);
  return (value) => (value !== undefined && labels.has(value) ? value : other);
}

export const knownTypes = Object.keys(eventSchemas);

/** Keep the first labels, up to a number. Any later label is `other`. */
export function limitedLabel(limit: number): (value: string) => string {
  const labels = new Set<string>();
  return (value) => {
    if (labels.has(value)) return value;
    if (labels.size >= limit) return other;
    labels.add(value);
    return value;
  };
}

export function runResultOf({ succeeded, error }: HandlerRunDetails): (typeof runResults)[number] {
  if (succeeded) return 'succeeded';
  if (error instanceof HandlerTimeoutError) return 'timed_out';
  return error instanceof RetryLaterError ? 'retry_later' : 'failed';
}
