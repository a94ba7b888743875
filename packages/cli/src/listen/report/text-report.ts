import { jsonLine } from '@spiderfoot-webhooks/core/node';
import { bodyText } from '../../log/delivery-details.ts';
import { outColours } from '../../terminal/color.ts';
import { writeOut } from '../../terminal/output.ts';
import { printable } from '../../terminal/text.ts';
import { lineWidth } from '../../terminal/width.ts';
import { wrapped } from '../../terminal/wrap.ts';
import type { Settled, Taken } from '../server/webhook-route.ts';
import { shownLine } from './event-line.ts';
import { eventRow, type Row, rowOf, type Trouble } from './event-row.ts';
import { shownHeaders } from './mask-headers.ts';
import { hintFor } from './rejection-hints.ts';
import { failuresOf, plainDetails, type Report, type ReportOptions, sourceName } from './report.ts';

/** The number of characters of a body that are shown. */
const longestBody = 20_000;

/** Report to a person. */
export function textReport({ verbose, insecure, endpoints }: ReportOptions): Report {
  function say(line: Row | Trouble, ...below: readonly string[]): Promise<boolean> {
    return writeOut(`${[shownLine(line, { insecure, endpoints }, lineWidth()), ...below].join('\n')}\n`);
  }

  return {
    taken(taken) {
      const details = verbose ? detailLines(taken) : [];
      return say(rowOf(taken), ...reasonLines(taken), ...details);
    },
    handled(settled) {
      const { outcome, details } = settled;
      if (outcome.status !== 'rejected') {
        const { endpoint, timings } = details;
        void say(eventRow(outcome.event, { outcome: 'handled', ms: timings.total, endpoint }));
      }
      // Failed handlers have already been reported one by one.
      else if (outcome.code !== 'handler_failed') void say(rowOf(settled), ...reasonLines(settled));
    },
    forwarded(target, event, { endpoint }, ms) {
      void say(eventRow(event, { outcome: `→ ${target}`, ms, endpoint }));
    },
    failed(error, { source, endpoint }) {
      for (const [what, message] of failuresOf(error, sourceName(source))) {
        void say(trouble('FAILED', what, endpoint), ...indented(printable(message)));
      }
    },
    turnedAway({ status, code, ip, hint }) {
      const what = [status, code, ip && `from ${ip}`].filter((part) => part !== undefined);
      void say(trouble('REFUSED', what.join(' ')), ...indented(printable(hint)));
    },
    stored(details, message) {
      void say(
        trouble('FAILED', 'database'),
        ...indented(printable(`${message} ${jsonLine(plainDetails(details))}`)),
      );
    },
  };
}

function trouble(severity: Trouble['severity'], what: string, endpoint?: string): Trouble {
  return { time: new Date(), severity, what, ms: undefined, endpoint };
}

/** Return the reason why a delivery was rejected, and what to do. */
function reasonLines({ outcome }: Settled): readonly string[] {
  if (outcome.status !== 'rejected') return [];
  const issues = (outcome.issues ?? [])
    .slice(0, mostIssues)
    .flatMap(({ path, message }) => indented(printable(`${path}: ${message}`)));
  return [...issues, ...indented(hintFor(outcome))];
}

/** The number of reasons that are shown for one event. */
const mostIssues = 10;

/** The number of characters of a reason that are shown. */
const longestReason = 2000;

const margin = '          ';

function indented(text: string): readonly string[] {
  return wrapped(text.slice(0, longestReason), lineWidth() - margin.length).map(
    (line) => `${margin}${outColours.dim(line)}`,
  );
}

/** Format a request like the guide's test endpoint: headers, and the body as JSON. */
function detailLines({ req, body }: Taken): readonly string[] {
  const headers = shownHeaders(req).map(
    ([name, value]) => `  ${outColours.cyan(printable(name))}: ${printable(value)}`,
  );
  if (body === undefined) return headers;
  const text = bodyText(body);
  const more = text.length - longestBody;
  return [...headers, '', more > 0 ? `${text.slice(0, longestBody)}… and ${more} characters more` : text, ''];
}
