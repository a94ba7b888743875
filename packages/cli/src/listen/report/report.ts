import {
  type ErrorDetails,
  type EventContext,
  EventHandlingError,
  type WebhookEvent,
} from '@spiderfoot-webhooks/core';
import type { Watcher } from '../server/webhook-route.ts';

/** What happens while listening, for a person or a program to read. */
export interface Report extends Watcher {
  /** An event was sent on. @param ms milliseconds */
  forwarded(target: string, event: WebhookEvent, context: EventContext, ms: number): void;
  /** Something failed inside. */
  failed(error: unknown, details: ErrorDetails): void;
  /** A connection or a request was rejected before it reached a webhook. */
  rejectedRequest(what: RejectedRequest): void;
  /** The store has something to say. */
  stored(details: object, message: string): void;
}

interface RejectedRequest {
  /** The status of the HTTP answer, if there was one. */
  readonly status: number | undefined;
  readonly code: string;
  readonly ip: string | undefined;
  readonly hint: string;
}

/** What a person or a program is to be shown. */
export interface ReportOptions {
  /** Headers and bodies as well. */
  readonly verbose: boolean;
  /** Whether signatures are not checked, which every line then says. */
  readonly insecure: boolean;
  /** The names of the endpoints. */
  readonly endpoints: readonly string[];
}

/** Names for the parts of a receiver that can fail, in the command's terms. */
const sources: Readonly<Record<string, string>> = {
  rateLimiter: '--rate-limit',
  log: 'database',
  queue: 'database',
  schemas: 'schema',
  listener: 'output',
  receiver: 'receiver',
};

/** @param source the receiver's name for the part */
export function sourceName(source: string): string {
  return (Object.hasOwn(sources, source) ? sources[source] : undefined) ?? source;
}

/** What failed, and why: of handlers one by one. */
export function failuresOf(
  error: unknown,
  source: string,
): readonly (readonly [what: string, message: string])[] {
  if (!(error instanceof EventHandlingError)) return [[source, messageOf(error)]];
  return error.failures.map(({ handler, error: reason }) => [handler, messageOf(reason)]);
}

/** Without its stack. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What of a store's details is worth a line: an error has no members that JSON shows. */
export function plainDetails(details: object): object {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Error ? messageOf(value) : value,
    ]),
  );
}
