import type { DeliveryWithBody, HandlerRecord } from '@spiderfoot-webhooks/core/stores';
import { outColors } from '../terminal/color.ts';
import { countText } from '../terminal/count-text.ts';
import { printable, printableLines } from '../terminal/printable.ts';
import { dayAndTime } from '../time/time-values.ts';
import { timeZone } from '../time/time-zone.ts';
import { stateColor } from './delivery-table.ts';

/** Format all properties of a delivery, one per line, followed by the body. */
export function deliveryLines(record: DeliveryWithBody): readonly string[] {
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['key', record.key],
    ['id', record.id ?? "none, because the Python logger of SpiderFoot's guide wrote it"],
    ['received', `${dayAndTime(record.receivedAt)} ${timeZone()} (${record.receivedAt.toISOString()})`],
    ['from', record.ip],
    ['endpoint', record.endpoint],
    ['type', record.eventType],
    ['dialect', record.dialect],
    ['target', record.target],
    ['scan', record.scanId],
    ['attempts', String(record.attempts)],
    ['next attempt', nextAttemptText(record)],
    ['code', record.code],
    ['error', record.error],
  ];
  return [
    factLine('state', stateColor(record.state)(printable(record.state))),
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : factLine(name, printable(value)))),
    ...record.handlers.flatMap(handlerLines),
    ...record.issues.map(({ path, message }) => factLine('issue', printable(`${path}: ${message}`))),
    '',
    bodyText(record.body),
  ];
}

function handlerLines({ name, succeeded, attempts, error, runs = [] }: HandlerRecord): readonly string[] {
  const result = `${printable(name)} ${resultText(succeeded)}, ${countText(attempts, 'attempt')}`;
  return [
    factLine('handler', `${result}${reasonText(error)}`),
    ...runs.map((run) => {
      const text = `${dayAndTime(run.startedAt)}, ${run.duration} ms, ${resultText(run.error === undefined)}`;
      return factLine('  run', `  ${text}${reasonText(run.error)}`);
    }),
  ];
}

function resultText(succeeded: boolean): string {
  return succeeded ? outColors.green('succeeded') : outColors.red('failed');
}

function reasonText(error: string | undefined): string {
  return error === undefined ? '' : `: ${printable(error)}`;
}

/** Format the time of the next attempt. A replayed delivery has a time in 1970, so any time in the past is shown as `due now`. */
function nextAttemptText({ nextAttempt }: DeliveryWithBody): string | undefined {
  if (nextAttempt === undefined) return undefined;
  return nextAttempt.getTime() > Date.now() ? `${dayAndTime(nextAttempt)} ${timeZone()}` : 'due now';
}

const nameWidth = 'next attempt'.length;

function factLine(name: string, value: string): string {
  return `${outColors.dim(name.padEnd(nameWidth))} ${value}`;
}

/** The maximum number of levels for indented output. A crafted body that is nested deeper could take gigabytes. */
const deepest = 50;

/**
 * Return the text of a body. JSON is indented, unless it is nested too deeply. Any other body, and JSON that only Python
 * accepts, stays unchanged.
 */
export function bodyText(body: Uint8Array): string {
  const text = Buffer.from(body).toString();
  try {
    const value: unknown = JSON.parse(text);
    return depthOf(value) > deepest ? printable(text) : printableLines(JSON.stringify(value, null, 2));
  } catch {
    return printable(text);
  }
}

/** Return the nesting depth of a value. Throws if the nesting exceeds the stack. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((deep: number, member) => Math.max(deep, depthOf(member)), 0) + 1;
}
