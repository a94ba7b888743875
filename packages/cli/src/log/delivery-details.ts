import type { DeliveryWithBody } from '@spiderfoot-webhooks/core/stores';
import { outColors } from '../terminal/color.ts';
import { printable, printableLines } from '../terminal/printable.ts';
import { dayAndTime } from '../time/time-values.ts';
import { timeZone } from '../time/time-zone.ts';
import { stateColor } from './delivery-table.ts';

/** All that is known of a delivery, a line for each fact, then its body. */
export function deliveryLines(record: DeliveryWithBody): readonly string[] {
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['key', record.key],
    ['id', record.id ?? "none: written by the guide's logger"],
    ['received', `${dayAndTime(record.receivedAt)} ${timeZone()} (${record.receivedAt.toISOString()})`],
    ['from', record.ip],
    ['endpoint', record.endpoint],
    ['type', record.eventType],
    ['dialect', record.dialect],
    ['target', record.target],
    ['scan', record.scanId],
    ['tries', String(record.attempts)],
    ['next try', nextTry(record)],
    ['code', record.code],
    ['error', record.error],
  ];
  return [
    factLine('state', stateColor(record.state)(printable(record.state))),
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : factLine(name, printable(value)))),
    ...record.handlers.map(({ name, succeeded, attempts, error }) => {
      const how = succeeded ? outColors.green('succeeded') : outColors.red('failed');
      const because = error === undefined ? '' : `: ${printable(error)}`;
      return factLine('handler', `${printable(name)} ${how}, run ${attempts} time(s)${because}`);
    }),
    ...record.issues.map(({ path, message }) => factLine('issue', printable(`${path}: ${message}`))),
    '',
    bodyText(record.body),
  ];
}

/** A time that has passed is of no use, and a replayed delivery has none: it is due since 1970. */
function nextTry({ nextAttempt }: DeliveryWithBody): string | undefined {
  if (nextAttempt === undefined) return undefined;
  return nextAttempt.getTime() > Date.now() ? `${dayAndTime(nextAttempt)} ${timeZone()}` : 'due now';
}

function factLine(name: string, value: string): string {
  return `${outColors.dim(name.padEnd(9))} ${value}`;
}

/**
 * Levels from which on indenting would make a page of spaces of every line, and gigabytes of a body that is made for
 * it.
 */
const deepest = 50;

/** Indented where it is JSON; as it came where it is not, or only Python's, or deeper than anybody reads. */
export function bodyText(body: Uint8Array): string {
  const text = Buffer.from(body).toString();
  try {
    const value: unknown = JSON.parse(text);
    return depthOf(value) > deepest ? printable(text) : printableLines(JSON.stringify(value, null, 2));
  } catch {
    return printable(text);
  }
}

/** Throws if the nesting exceeds the stack. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((deep: number, member) => Math.max(deep, depthOf(member)), 0) + 1;
}
