import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import { jsonLine } from '@spiderfoot-webhooks/core/node';
import { deliveryJson } from '@spiderfoot-webhooks/core/stores';
import { writeOut } from '../../terminal/output.ts';
import type { DeliveryResult } from '../server/webhook-route.ts';
import { summarizeEvent } from './event-row.ts';
import { maskedHeaders } from './mask-headers.ts';
import { hintFor } from './rejection-hints.ts';
import { messageOf, plainDetails, type Report, type ReportOptions } from './report.ts';

/** Report to a program, with a line of JSON for each event, rejection and error. */
export function jsonReport({ verbose, insecure, search }: ReportOptions): Report {
  const print = (fields: object) => writeOut(`${jsonLine(fields)}\n`);
  const now = () => new Date().toISOString();

  return {
    answered(request) {
      const { req, body, outcome, app, diagnosis, saved } = request;
      return print({
        ...resultFields(request, verbose ? body : undefined),
        status: app?.status ?? toHttpResponse(outcome).status,
        ...(app && { app: { status: app.status, code: app.problem?.code, ms: rounded(app.ms) } }),
        ...(app?.problem && { hint: app.problem.hint }),
        ...(diagnosis && { diagnosis }),
        saved: saved?.body,
        verified: !insecure && isGenuine(outcome),
        ...(verbose && { headers: maskedHeaders(req, search) }),
      });
    },
    handled(result) {
      void print({ ...resultFields(result), time: now(), handled: result.outcome.status === 'processed' });
    },
    forwarded(target, event, { id, endpoint, attempt }, ms) {
      void print({
        time: now(),
        outcome: 'forwarded',
        forwarder: target,
        endpoint,
        id,
        ...summarizeEvent(event),
        attempt,
        ms: rounded(ms),
      });
    },
    handlerFailed({ handler: source, message: error, ...failure }) {
      void print({ time: now(), outcome: 'failed', source, ...failure, error });
    },
    failed(error, { source, endpoint, id }) {
      void print({ time: now(), outcome: 'failed', source, endpoint, id, error: messageOf(error) });
    },
    rejectedRequest(request) {
      void print({ time: now(), outcome: 'rejected', ...request, verified: false });
    },
    stored(details, message) {
      void print({
        time: now(),
        outcome: 'failed',
        source: 'store',
        error: message,
        ...plainDetails(details),
      });
    },
    close() {},
  };
}

/** Only an authenticated delivery has an id. */
function isGenuine(outcome: DeliveryResult['outcome']): boolean {
  return outcome.id !== undefined;
}

/** Return a delivery in the shape that every command prints, and its outcome. */
function resultFields({ outcome, details }: DeliveryResult, body?: Uint8Array): object {
  const { receivedAt, endpoint, ip, timings, attempt: attempts } = details;
  const request = { receivedAt, endpoint, ip, attempts, body };
  const common = { outcome: outcome.status, ms: rounded(timings.total) };
  if (outcome.status === 'rejected') {
    const { code, id, eventType, issues } = outcome;
    return {
      ...common,
      ...deliveryJson({ ...request, code, id, eventType, issues }),
      hint: hintFor(outcome),
    };
  }
  const { id, event, wire } = outcome;
  const { severity, message, eventType, target, scanId } = summarizeEvent(event);
  const { dialect } = wire;
  return {
    ...common,
    severity,
    ...deliveryJson({ ...request, id, eventType, target, scanId, dialect }),
    message,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
