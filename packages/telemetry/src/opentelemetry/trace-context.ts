import { createTraceState, isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api';

/** The version, the trace id, the span id and the flags. Other versions may have another format. */
const traceparentFormat = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The length that W3C Trace Context asks every system to pass on. A longer `tracestate` is dropped. */
const maxTraceState = 512;

/**
 * Read the headers `traceparent` and `tracestate`. Any client can have sent them.
 * @returns `undefined` if `traceparent` is missing or invalid
 * @see W3C Trace Context, sections 3.2 and 3.3
 */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): SpanContext | undefined {
  if (traceparent === undefined) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = traceparentFormat.exec(traceparent) ?? [];
  // Only the flag `sampled` is known. The others must be ignored.
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const spanContext = { traceId, spanId, traceFlags, isRemote: true };
  if (!isSpanContextValid(spanContext)) return undefined;
  if (tracestate === undefined || tracestate.length > maxTraceState) return spanContext;
  return { ...spanContext, traceState: createTraceState(tracestate) };
}

/** Return a context as the text that is stored with a delivery: `traceparent`, and `tracestate` if there is one. */
export function toStoredContext(spanContext: SpanContext): string | undefined {
  if (!isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceState } = spanContext;
  const state = traceState?.serialize() ?? '';
  const traceparent = `00-${traceId}-${spanId}-${flagsOf(spanContext)}`;
  return state === '' || state.length > maxTraceState ? traceparent : `${traceparent} ${state}`;
}

/** Read the text that {@link toStoredContext} has returned. */
export function readStoredContext(stored: string | undefined): SpanContext | undefined {
  if (stored === undefined) return undefined;
  const space = stored.indexOf(' ');
  if (space < 0) return readTraceContext(stored, undefined);
  return readTraceContext(stored.slice(0, space), stored.slice(space + 1));
}

/** Return the flags in two hex digits. */
export function flagsOf({ traceFlags }: SpanContext): string {
  return (traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01';
}
