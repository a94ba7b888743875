import { jsonLine } from '@spiderfoot-webhooks/core/node';
import { bodyText } from '../../log/delivery-details.ts';
import { outColors } from '../../terminal/color.ts';
import { invocation } from '../../terminal/invocation.ts';
import { writeOut } from '../../terminal/output.ts';
import { printable } from '../../terminal/printable.ts';
import { lineWidth } from '../../terminal/terminal-width.ts';
import { wrapped } from '../../terminal/text.ts';
import { dayAndTime } from '../../time/time-values.ts';
import type { AnsweredRequest } from '../server/webhook-route.ts';
import { eventLine } from './event-line.ts';
import { eventRow, type ProblemRow, type ReportedResult, type Row, rowOf } from './event-row.ts';
import type { ReportedFailure } from './handler-failures.ts';
import { maskedHeaders } from './mask-headers.ts';
import { hintFor } from './rejection-hints.ts';
import { createRepeatCounter } from './repeated-rejections.ts';
import { messageOf, plainDetails, type Report, type ReportOptions, sourceName } from './report.ts';

/** The number of characters of a body that are shown. */
const longestBody = 20_000;

/** Report to a person. */
export function textReport({ verbose, insecure, search, endpoints }: ReportOptions): Report {
  function print(line: Row | ProblemRow, ...below: readonly string[]): Promise<boolean> {
    return writeOut(`${[eventLine(line, { insecure, endpoints }, lineWidth()), ...below].join('\n')}\n`);
  }

  const repeats = createRepeatCounter((row) => void print(row));

  return {
    answered(request) {
      const row = rowOf(request);
      if (!verbose && 'problem' in row && isRepeatable(request) && repeats.counts(row, causeOf(request))) {
        return Promise.resolve(true);
      }
      const details = verbose ? detailLines(request, search) : [];
      return print(row, ...reasonLines(request), ...details);
    },
    handled(result) {
      const { outcome, details } = result;
      if (outcome.status !== 'rejected') {
        const { endpoint, timings } = details;
        void print(eventRow(outcome.event, { outcome: 'handled', ms: timings.total, endpoint }));
      }
      // `handlerFailed` has already reported each failed handler.
      else if (outcome.code !== 'handler_failed') void print(rowOf(result), ...reasonLines(result));
    },
    forwarded(target, event, { endpoint }, ms) {
      void print(eventRow(event, { outcome: `→ ${target}`, ms, endpoint }));
    },
    handlerFailed(failure) {
      const { handler, eventType = '', attempt, endpoint, message } = failure;
      const problem = `${handler} ${eventType} attempt ${attempt}`;
      const below = [message, nextStepText(failure)].flatMap((text) => indented(printable(text)));
      void print(problemRow('FAILED', problem, endpoint), ...below);
    },
    failed(error, { source, endpoint }) {
      void print(
        problemRow('FAILED', sourceName(source), endpoint),
        ...indented(printable(messageOf(error))),
      );
    },
    rejectedRequest({ status, code, ip, hint }) {
      const parts = [status, code, ip && `from ${ip}`].filter((part) => part !== undefined);
      const row = problemRow('REJECTED', parts.join(' '));
      if (verbose || !repeats.counts(row, hint)) void print(row, ...indented(printable(hint)));
    },
    stored(details, message) {
      void print(
        problemRow('FAILED', 'store'),
        ...indented(printable(`${message} ${jsonLine(plainDetails(details))}`)),
      );
    },
    close: repeats.close,
  };
}

/** Rejections that belong to one event, so each is shown: its handlers failed, or the sender must send it again. */
const shownEach: readonly string[] = [
  'handler_failed',
  'receiver_failed',
  'unavailable',
  'in_progress',
  'shutting_down',
];

function isRepeatable({ outcome, app }: AnsweredRequest): boolean {
  return outcome.status === 'rejected' && app === undefined && !shownEach.includes(outcome.code);
}

/** Return the cause of a rejection. `undefined` if it is not known, for example between two diagnoses. */
function causeOf({ outcome, diagnosis }: AnsweredRequest): string | undefined {
  if (diagnosis !== undefined) return [diagnosis.kind, ...diagnosis.mistakes.map(({ name }) => name)].join();
  const issues = outcome.status === 'rejected' ? (outcome.issues ?? []) : [];
  return issues.length === 0 ? undefined : jsonLine(issues);
}

function problemRow(severity: ProblemRow['severity'], problem: string, endpoint?: string): ProblemRow {
  return { time: new Date(), severity, problem, ms: undefined, endpoint };
}

/** Return what happens after a failure, and what to do. */
function nextStepText({ next, nextAttempt, id = '' }: ReportedFailure): string {
  if (next === 'sender') return 'The sender gets an error and sends the event again.';
  if (nextAttempt !== undefined) return `Retry at ${dayAndTime(nextAttempt)}.`;
  return `No retry: the delivery is a dead letter. Fix the cause, then run \`${invocation()} replay ${id}\`.`;
}

/** Return the reason why a delivery was rejected, and what to do. */
function reasonLines({ outcome, app, saved }: ReportedResult): readonly string[] {
  if (outcome.status !== 'rejected') return [];
  if (app?.problem !== undefined) return indented(printable(app.problem.hint));
  const issues = (outcome.issues ?? [])
    .slice(0, mostIssues)
    .flatMap(({ path, message }) => indented(printable(`${path}: ${message}`)));
  // A command is not wrapped, so that it can be copied.
  const next = saved === undefined ? [] : [`${margin}${outColors.dim(printable(saved.note))}`];
  return [...issues, ...indented(printable(hintFor(outcome))), ...next];
}

/** The number of reasons that are shown for one event. */
const mostIssues = 10;

/** The number of characters of a reason that are shown. */
const longestReason = 2000;

const margin = '          ';

function indented(text: string): readonly string[] {
  return wrapped(text.slice(0, longestReason), lineWidth() - margin.length).map(
    (line) => `${margin}${outColors.dim(line)}`,
  );
}

const bodyWithSecret = 'The body is not shown, because it contains the secret of the receiver.';

/** Format a request like the test endpoint in SpiderFoot's Webhook Integration Guide: headers, then the body as JSON. */
function detailLines({ req, body }: AnsweredRequest, search: ReportOptions['search']): readonly string[] {
  const headers = maskedHeaders(req, search).map(
    ([name, value]) => `  ${outColors.cyan(printable(name))}: ${printable(value)}`,
  );
  if (body === undefined) return headers;
  if (search.isInBytes(body)) return [...headers, '', bodyWithSecret, ''];
  const text = bodyText(body);
  const more = text.length - longestBody;
  return [...headers, '', more > 0 ? `${text.slice(0, longestBody)}… and ${more} more characters` : text, ''];
}
