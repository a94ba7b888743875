import { STATUS_CODES } from 'node:http';
import { answerHint } from '../connection/answer-hints.ts';
import { barLines } from '../terminal/bar-chart.ts';
import { outColors } from '../terminal/color.ts';
import { printable } from '../terminal/printable.ts';
import { columnsOf, lineWidth } from '../terminal/terminal-width.ts';
import { fit, wrapped } from '../terminal/text.ts';
import type { Attempt } from './client.ts';
import { answerOf, type Delivered } from './deliver.ts';
import { type Fault, faults } from './faults.ts';
import type { Summary, SummaryCounter } from './summary.ts';

/** What came of one webhook, in lines. */
export function deliveredLines(
  delivered: Delivered,
  url: string,
  fault: Fault | undefined,
): readonly string[] {
  const { type, dialect, bytes, again, attempts, expected } = delivered;
  const what = `${outColors.bold(printable(type))} (${dialect}, ${bytes} bytes) to ${printable(url)}`;
  const last = attempts.at(-1);
  return [
    again ? 'the same bytes again' : what,
    ...attempts.flatMap((attempt, index) => attemptLines(attempt, expected && index === attempts.length - 1)),
    ...(last === undefined ? [] : verdictLines(last, delivered, fault)),
  ];
}

function attemptLines(attempt: Attempt, expected: boolean): readonly string[] {
  const ms = `${attempt.ms.toFixed(attempt.ms < 10 ? 1 : 0)} ms`;
  const color = expected ? outColors.green : outColors.red;
  if ('error' in attempt) return [`  ${color('no answer')} after ${ms}: ${printable(attempt.error)}.`];
  const head = `  ${color(`${attempt.status} ${STATUS_CODES[attempt.status] ?? ''}`.trimEnd())} in ${ms}`;
  return attempt.body === '' ? [head] : [head, `  ${fit(printable(attempt.body.trim()), mostOfBody)}`];
}

/** Columns of an answer's body that are shown. */
const mostOfBody = 1000;

function verdictLines(
  last: Attempt,
  { expected, again, dialect }: Delivered,
  fault: Fault | undefined,
): readonly string[] {
  if (fault !== undefined) {
    const reason = faults[fault];
    return expected
      ? [outColors.green(`  as it should be: ${reason}`)]
      : [outColors.red(`  it should have been 401: ${reason}`)];
  }
  if (expected) return [];
  if ('error' in last) return indented(last.fix);
  if (again && last.status < 300) {
    if (dialect === 'notification') {
      return [
        outColors.red('  treated as a duplicate, although a notification has no time and is new each time'),
      ];
    }
    return [outColors.red('  it was taken for a new one, and should have been known as a duplicate')];
  }
  const hint = hintOf(last);
  return hint === undefined ? [] : indented(hint);
}

function indented(sentence: string): readonly string[] {
  return wrapped(printable(sentence), lineWidth() - 2).map((line) => `  ${line}`);
}

/** What the kit's own receivers mean by a code, and what a redirect means to SpiderFoot. */
function hintOf(attempt: Attempt): string | undefined {
  if ('status' in attempt && attempt.status >= 300 && attempt.status < 400) {
    return 'It is a redirect, which SpiderFoot does not follow with a POST: give the URL where it leads; doctor shows it.';
  }
  return answerHint(answerOf(attempt).code);
}

/** What came of many webhooks, in lines: counts, times, and a histogram as wide as the terminal. */
export function summaryLines(
  summary: Summary,
  counter: SummaryCounter,
  fault: Fault | undefined,
): readonly string[] {
  const { sent, unexpected, seconds, perSecond, latency } = summary;
  return [
    `${sent} sent in ${seconds} s, ${perSecond} a second`,
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
  const due = fault === undefined ? '2xx' : `401, because ${faults[fault]}`;
  return unexpected === 0
    ? outColors.green(`all ${sent} as they should be: ${due}`)
    : outColors.red(`${unexpected} of ${sent} not as they should be: ${due}`);
}
