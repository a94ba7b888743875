import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import { jsonLine } from '@spiderfoot-webhooks/core/node';
import { writeOut } from '../../terminal/output.ts';
import type { Settled } from '../server/webhook-route.ts';
import { factsOf } from './event-row.ts';
import { shownHeaders } from './mask-headers.ts';
import { hintFor } from './rejection-hints.ts';
import { failuresOf, plainDetails, type Report, type ReportOptions } from './report.ts';

/** Report to a program, with a line of JSON for each event, rejection and error. */
export function jsonReport({ verbose, insecure }: ReportOptions): Report {
  const say = (what: object) => writeOut(`${jsonLine(what)}\n`);
  const now = () => new Date().toISOString();

  return {
    taken(taken) {
      const { req, body } = taken;
      const more = verbose
        ? { headers: shownHeaders(req), body: body && Buffer.from(body).toString() }
        : undefined;
      const { outcome } = taken;
      return say({
        ...deliveryFields(taken),
        status: toHttpResponse(outcome).status,
        verified: !insecure && isGenuine(outcome),
        ...more,
      });
    },
    handled(settled) {
      void say({ ...deliveryFields(settled), time: now(), handled: settled.outcome.status === 'processed' });
    },
    forwarded(target, event, { id, endpoint, attempt }, ms) {
      void say({
        time: now(),
        outcome: 'forwarded',
        forwarder: target,
        endpoint,
        id,
        ...factsOf(event),
        attempt,
        ms: rounded(ms),
      });
    },
    failed(error, { source, endpoint, id }) {
      for (const [what, message] of failuresOf(error, source)) {
        void say({ time: now(), outcome: 'failed', source: what, endpoint, id, error: message });
      }
    },
    turnedAway(what) {
      void say({ time: now(), outcome: 'rejected', ...what, verified: false });
    },
    stored(details, message) {
      void say({
        time: now(),
        outcome: 'failed',
        source: 'database',
        error: message,
        ...plainDetails(details),
      });
    },
  };
}

/** Only an authenticated delivery has an id. */
function isGenuine(outcome: Settled['outcome']): boolean {
  return outcome.id !== undefined;
}

function deliveryFields({ outcome, details }: Settled): object {
  const { receivedAt, endpoint, ip, timings } = details;
  const common = {
    time: receivedAt.toISOString(),
    outcome: outcome.status,
    endpoint,
    ip,
    ms: rounded(timings.total),
  };
  if (outcome.status === 'rejected') {
    const { code, id, eventType: event_type, issues } = outcome;
    return { ...common, code, id, event_type, issues, hint: hintFor(outcome) };
  }
  const { id, event, wire } = outcome;
  return { ...common, id, ...factsOf(event), dialect: wire.dialect };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
