import type { Dialect } from '@spiderfoot-webhooks/core/events';
import {
  type Claim,
  type LostDelivery,
  lostLetterOf,
  unknownEventType,
} from '@spiderfoot-webhooks/core/stores';
import { bytesOf, handlersOf, numberOf, textOf, timeOf } from '../rows/cells.ts';

/** The columns of a claimed row. Another program may have written any type into any of them. */
export type ClaimedRow = Readonly<Record<ClaimedColumn, unknown>> & { readonly id: number };

type ClaimedColumn =
  | 'delivery_id'
  | 'endpoint'
  | 'received_at'
  | 'source_ip'
  | 'event_type'
  | 'dialect'
  | 'scan_id'
  | 'target'
  | 'trace_context'
  | 'body'
  | 'attempts'
  | 'failures'
  | 'handlers';

export type LostRow = Omit<ClaimedRow, 'dialect' | 'body' | 'failures' | 'trace_context'> & {
  readonly error_message: unknown;
};

/** Never throws. Otherwise a broken row would roll back the commit that claims it, and stop the worker. */
export function toClaim(row: ClaimedRow, endpoint: string, isSuspect: boolean): Claim {
  return {
    key: String(row.id),
    delivery: {
      id: textOf(row.delivery_id) ?? '',
      endpoint,
      receivedAt: timeOf(row.received_at) ?? new Date(0),
      ip: textOf(row.source_ip),
      eventType: textOf(row.event_type),
      dialect: textOf(row.dialect) as Dialect | undefined,
      scanId: textOf(row.scan_id),
      target: textOf(row.target),
      traceContext: textOf(row.trace_context),
      body: bytesOf(row.body),
    },
    attempt: numberOf(row.attempts, 1),
    failures: numberOf(row.failures),
    handlers: handlersOf(row.handlers),
    isSuspect,
  };
}

/** Never throws, for the same reason as {@link toClaim}. */
export function toLostDelivery(row: LostRow, endpoint: string): LostDelivery {
  const letter = lostLetterOf({
    id: textOf(row.delivery_id),
    endpoint,
    eventType: textOf(row.event_type) ?? unknownEventType,
    scanId: textOf(row.scan_id),
    target: textOf(row.target),
    receivedAt: timeOf(row.received_at) ?? new Date(0),
    ip: textOf(row.source_ip),
    attempts: numberOf(row.attempts),
    handlers: handlersOf(row.handlers),
    error: textOf(row.error_message),
  });
  return { key: String(row.id), letter };
}
