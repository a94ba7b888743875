import { STATUS_CODES } from 'node:http';
import { answerHint } from '../connection/answer-hints.ts';
import { barLines } from '../terminal/bar-chart.ts';
import { outColors } from '../terminal/color.ts';
import { countText } from '../terminal/count-text.ts';
import { printable } from '../terminal/printable.ts';
import { columnsOf, lineWidth } from '../terminal/terminal-width.ts';
import { fit, wrapped } from '../terminal/text.ts';
import type { Attempt } from './client.ts';
import { answerOf, type Delivered } from './deliver.ts';
import { type Fault, faults } from './faults.ts';
import type { Summary, SummaryCounter } from './summary.ts';

/** Format the result of one webhook. */
export function deliveredLines(
  delivered: Delivered,
  url: string,
  fault: Fault | undefined,
): readonly string[] {
  const { type, dialect, bytes, again, attempts, expected } = delivered;
  const title = `${outColors.bold(printable(type))} (${dialect}, ${bytes} bytes) to ${printable(url)}`;
  const last = attempts.at(-1);
  return [
    again ? 'the same bytes again' : title,
    ...attempts.flatMap((attempt, index) => attemptLines(attempt, expected && index === attempts.length - 1)),
    ...(last === undefined ? [] : verdictLines(last, delivered, fault)),
  ];
}

function attemptLines(attempt: Attempt, expected: boolean): readonly string[] {
  const ms = `${attempt.ms.toFixed(attempt.ms < 10 ? 1 : 0)} ms`;
  const color = expected ? outColors.green : outColors.red;
  if ('error' in attempt) return [`  ${color('no response')} after ${ms}: ${printable(attempt.error)}.`];
  const head = `  ${color(`${attempt.status} ${STATUS_CODES[attempt.status] ?? ''}`.trimEnd())} in ${ms}`;
  return attempt.body === '' ? [head] : [head, `  ${fit(printable(attempt.body.trim()), longestBody)}`];
}

/** The number of columns of a response body that are shown. */
const longestBody = 1000;

function verdictLines(
  last: Attempt,
  { expected, again, dialect }: Delivered,
  fault: Fault | undefined,
): readonly string[] {
  if (fault !== undefined) {
    const reason = faults[fault];
    return expected
      ? [outColors.green(`  as expected, because ${reason}`)]
      : [outColors.red(`  expected 401, because ${reason}`)];
  }
  if (expected) return [];
  if ('error' in last) return indented(last.fix);
  if (again && last.status < 300) {
    if (dialect === 'notification') {
      return [
        outColors.red(
          '  treated as a duplicate, but each notification is a new event, because it has no time',
        ),
      ];
    }
    return [outColors.red('  treated as a new event, but it is a duplicate')];
  }
  const hint = hintOf(last);
  return hint === undefined ? [] : indented(hint);
}

function indented(sentence: string): readonly string[] {
  return wrapped(printable(sentence), lineWidth() - 2).map((line) => `  ${line}`);
}

/** Return a hint for a redirect, for a wrong path, or for the code of one of the kit's receivers. */
function hintOf(attempt: Attempt): string | undefined {
  if ('status' in attempt && attempt.status >= 300 && attempt.status < 400) {
    return 'The response is a redirect, which SpiderFoot does not follow. Use the URL that the redirect leads to. `doctor` shows that URL.';
  }
  if ('status' in attempt && attempt.status === 404) {
    return 'No webhook is served at this path. Check the path in the URL.';
  }
  return answerHint(answerOf(attempt).code);
}

/** Format the results of many webhooks: counts, latencies, and a histogram as wide as the terminal. */
export function summaryLines(
  summary: Summary,
  counter: SummaryCounter,
  fault: Fault | undefined,
): readonly string[] {
  const { sent, unexpected, seconds, perSecond, latency } = summary;
  return [
    `${countText(sent, 'event')} sent in ${seconds} s (${perSecond} per second)`,
    ...Object.entries(summary.answers).map(([answer, count]) => `  ${printable(answer)}: ${count}`),
    ...(latency === undefined
      ? []
      : [
          `latency in ms: ${Object.entries(latency)
            .map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
            .join(', ')}`,
          ...barLines(counter.bars(), columnsOf()),
        ]),
    verdictOf(sent, unexpected, fault),
  ];
}

function verdictOf(sent: number, unexpected: number, fault: Fault | undefined): string {
  const expected = fault === undefined ? 'Expected: 2xx.' : `Expected: 401, because ${faults[fault]}.`;
  return unexpected === 0
    ? outColors.green(`All ${countText(sent, 'response')} as expected. ${expected}`)
    : outColors.red(`${unexpected} of ${countText(sent, 'response')} not as expected. ${expected}`);
}
