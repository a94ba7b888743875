import type { DeliveryFilter, ListOrder } from '@spiderfoot-webhooks/core/stores';
import { and, type Condition } from './condition.ts';
import { comparePositions, type Position } from './position.ts';

/**
 * A part of the order of time. It has at most one bound on each side, because SQLite uses only one for the range of an index:
 * with two, it would read the entries up to the wider one in each slice.
 */
export interface Span {
  /** The first position in it. */
  readonly begin?: Position;
  /** The first position after it. */
  readonly end?: Position;
}

/** Return the span of the times of a filter. */
export function spanOf({ since, until }: Pick<DeliveryFilter, 'since' | 'until'>): Span {
  return { ...(since && { begin: firstAt(since) }), ...(until && { end: firstAt(until) }) };
}

const firstAt = (time: Date): Position => ({ received_at: time.getTime(), id: Number.MIN_SAFE_INTEGER });

/** Return the part of a span after a position in an order. */
export function after(span: Span, position: Position | undefined, order: ListOrder): Span {
  if (position === undefined) return span;
  return order === 'newest' ? endingAt(span, position) : beginningAt(span, next(position));
}

/** Return the part of a span up to and including a position in an order. */
export function upTo(span: Span, position: Position | undefined, order: ListOrder): Span {
  if (position === undefined) return span;
  return order === 'newest' ? beginningAt(span, position) : endingAt(span, next(position));
}

const next = ({ received_at, id }: Position): Position => ({ received_at, id: id + 1 });

function beginningAt(span: Span, position: Position): Span {
  const isLater = span.begin !== undefined && comparePositions.oldest(span.begin, position) > 0;
  return isLater ? span : { ...span, begin: position };
}

function endingAt(span: Span, position: Position): Span {
  const isEarlier = span.end !== undefined && comparePositions.oldest(span.end, position) < 0;
  return isEarlier ? span : { ...span, end: position };
}

/** Return the condition for the rows of a span. */
export function inSpan({ begin, end }: Span): Condition {
  return and(
    ...(begin === undefined ? [] : [compared('>=', begin)]),
    ...(end === undefined ? [] : [compared('<', end)]),
  );
}

function compared(operator: string, { received_at, id }: Position): Condition {
  return { sql: `(received_at, id) ${operator} (?, ?)`, values: [received_at, id] };
}
