import type { ErrorDetails, EventContext, WebhookEvent } from '@spiderfoot-webhooks/core';
import type { SecretSearch } from '@spiderfoot-webhooks/core/adapter';
import type { Watcher } from '../server/webhook-route.ts';
import type { ReportedFailure } from './handler-failures.ts';

/** Writes the output of `listen`, for a person or a program. */
export interface Report extends Watcher {
  /** Report a forwarded event. @param ms milliseconds */
  forwarded(target: string, event: WebhookEvent, context: EventContext, ms: number): void;
  /** Report the failure of a handler or a forwarder. */
  handlerFailed(failure: ReportedFailure): void;
  /** Report an internal failure. */
  failed(error: unknown, details: ErrorDetails): void;
  /** Report a connection or a request that was rejected before it reached a webhook. */
  rejectedRequest(request: RejectedRequest): void;
  /** Report a failure in the store, or a dead letter. */
  stored(details: object, message: string): void;
  /** Show the counts of repeated rejections that have not been shown. */
  close(): void;
}

interface RejectedRequest {
  /** The status of the HTTP answer, if there was one. */
  readonly status: number | undefined;
  readonly code: string;
  readonly ip: string | undefined;
  readonly hint: string;
}

/** Options for a report. */
export interface ReportOptions {
  /** Whether to show headers and bodies. */
  readonly verbose: boolean;
  /** Whether signatures are not checked. If so, each line contains a warning. */
  readonly insecure: boolean;
  /** Searches for the secrets of the endpoints, which are never shown. */
  readonly search: Pick<SecretSearch, 'isInHeader' | 'isInBytes'>;
  /** The names of the endpoints. */
  readonly endpoints: readonly string[];
}

/** The parts of a receiver that can fail, in the command's terms. */
const sources: Readonly<Record<string, string>> = {
  rateLimiter: '--rate-limit',
  log: 'store',
  queue: 'store',
  schemas: 'schema',
  listener: 'output',
  receiver: 'receiver',
};

/** Return the name of a part in the command's terms. @param source the receiver's name for the part */
export function sourceName(source: string): string {
  return (Object.hasOwn(sources, source) ? sources[source] : undefined) ?? source;
}

/** Return the message of an error, without the stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Replace errors with their messages, because JSON would show an error as `{}`. */
export function plainDetails(details: object): object {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Error ? messageOf(value) : value,
    ]),
  );
}
