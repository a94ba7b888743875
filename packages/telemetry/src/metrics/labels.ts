import type { HandlerRunDetails } from '@spiderfoot-webhooks/core';
import { eventSchemas, HandlerTimeoutError, RetryLaterError, rejections } from '@spiderfoot-webhooks/core';
import { other } from './bounded-series.ts';

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

/** The results of an attempt to send an event: `sent`, or a code of a `ForwardError`. */
export const sendResults = [
  'sent',
  'rejected',
  'rate_limited',
  'unavailable',
  'redirected',
  'timeout',
  'connection',
  'circuit_open',
  'overloaded',
  'aborted',
  'closed',
] as const;

export const knownTypes = Object.keys(eventSchemas);

export function runResultOf({ succeeded, error }: HandlerRunDetails): (typeof runResults)[number] {
  if (succeeded) return 'succeeded';
  if (error instanceof HandlerTimeoutError) return 'timed_out';
  return error instanceof RetryLaterError ? 'retry_later' : 'failed';
}
