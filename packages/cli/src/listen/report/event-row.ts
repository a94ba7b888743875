import type { WebhookEvent } from '@spiderfoot-webhooks/core';
import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import { type Severity, severityOf } from '@spiderfoot-webhooks/core/events';
import type { AnsweredRequest, DeliveryResult } from '../server/webhook-route.ts';

/** The values that a line shows of an event. */
export interface Row {
  readonly time: Date;
  readonly severity: Severity;
  readonly type: string;
  readonly target: string;
  readonly scan: string;
  readonly outcome: string;
  readonly ms: number | undefined;
  /** The name of the endpoint. */
  readonly endpoint: string | undefined;
}

/** The values that a line shows of a rejection or a failure. */
export interface ProblemRow {
  readonly time: Date;
  readonly severity: 'REJECTED' | 'FAILED';
  readonly problem: string;
  readonly ms: number | undefined;
  readonly endpoint: string | undefined;
}

/** The outcome of a delivery, and the app's response if the delivery was forwarded. */
export type ReportedResult = DeliveryResult & Pick<AnsweredRequest, 'app' | 'saved'>;

/** Return the row of a delivery's outcome. */
export function rowOf({ outcome, details, app }: ReportedResult): Row | ProblemRow {
  const { receivedAt: time, timings, ip, endpoint } = details;
  const ms = timings.total;
  if (outcome.status !== 'rejected') {
    const shown = app === undefined ? outcome.status : `app ${app.status}`;
    return eventRow(outcome.event, { outcome: shown, ms, endpoint, time });
  }
  const status = app?.status ?? toHttpResponse(outcome).status;
  const parts = [`${status} ${app?.problem?.code ?? outcome.code}`, outcome.eventType, ip && `from ${ip}`];
  return {
    time,
    severity: 'REJECTED',
    problem: parts.filter((part) => part !== undefined).join(' '),
    ms,
    endpoint,
  };
}

/** Return the row of an event. */
export function eventRow(
  event: WebhookEvent,
  { time = new Date(), ...rest }: Pick<Row, 'outcome' | 'ms' | 'endpoint'> & { readonly time?: Date },
): Row {
  const { severity, eventType: type, target, message, scanId } = summarizeEvent(event);
  return { time, severity, type, target: target ?? message ?? '', scan: scanId ?? '', ...rest };
}

/** The most important values of an event. */
export interface EventSummary {
  readonly eventType: string;
  readonly severity: Severity;
  readonly target: string | undefined;
  readonly scanId: string | undefined;
  readonly message: string | undefined;
}

export function summarizeEvent(event: WebhookEvent): EventSummary {
  return {
    eventType: event.event_type,
    severity: severityOf(event),
    target: textOf(event, 'target'),
    scanId: textOf(event, 'scan_id'),
    message: textOf(event, 'message'),
  };
}

function textOf({ data }: WebhookEvent, name: string): string | undefined {
  const members: Readonly<Record<string, unknown>> = data;
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
