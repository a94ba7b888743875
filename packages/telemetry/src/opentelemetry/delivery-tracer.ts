import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import {
  type DeliveryTracer,
  type HandlerTrace,
  type Outcome,
  RetryLaterError,
  rejections,
  type TraceDetails,
  type TraceSpan,
  type TraceStart,
} from '@spiderfoot-webhooks/core';
import { flagsOf, readStoredContext, readTraceContext, toStoredContext } from './trace-context.ts';

/** How the `traceparent` of a sender is used. */
export type SenderContext = 'link' | 'parent' | 'ignore';

/** An attempt that begins later than this after its request has a trace of its own, in milliseconds. */
const maxAge = 3_600_000;

/** A sender of authenticated events can invent types of any length. */
const maxTypeLength = 200;

/** Create spans for the deliveries and the handlers of a receiver. */
export function createDeliveryTracer(tracer: Tracer, senderContext: SenderContext): DeliveryTracer {
  return {
    begin(start) {
      const { parent, links } = relationsOf(start, senderContext);
      const span = tracer.startSpan(...spanOf(start, links), parent);
      const spanContext = trace.setSpan(parent, span);
      return {
        ...traceSpan(span, spanContext),
        stored: toStoredContext(span.spanContext()),
        // Without a span of its own, a handler of a delivery that is not sampled costs nothing.
        handler: (name) => (span.isRecording() ? handlerTrace(tracer, name, spanContext) : undefined),
        end: (outcome, details) => endDelivery(span, outcome, details),
      };
    },
  };
}

function spanOf({ endpoint, queued, attempt }: TraceStart, links: Link[]): [string, SpanOptions] {
  // A queued delivery is processed by another span, so this one only receives its request.
  const operation = queued ? 'receive' : 'process';
  const attributes: Attributes = {
    'messaging.system': 'spiderfoot',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': endpoint,
    ...(attempt > 0 && { 'spiderfoot.delivery.attempt': attempt }),
  };
  const kind = queued ? SpanKind.SERVER : SpanKind.CONSUMER;
  return [`${operation} ${endpoint}`, { kind, attributes, links }];
}

interface Relations {
  readonly parent: Context;
  readonly links: Link[];
}

function relationsOf(start: TraceStart, senderContext: SenderContext): Relations {
  if (start.phase === 'handled') return attemptRelations(start);
  const active = context.active();
  // The instrumentation of the server has already read the headers.
  if (trace.getSpan(active) !== undefined) return { parent: active, links: [] };
  const sender =
    senderContext === 'ignore'
      ? undefined
      : readTraceContext(start.header('traceparent'), start.header('tracestate'));
  if (sender === undefined) return { parent: active, links: [] };
  if (senderContext === 'parent') return { parent: trace.setSpanContext(active, sender), links: [] };
  return { parent: active, links: [{ context: sender }] };
}

/** The active context is not used, because the request of another delivery may have woken the worker. */
function attemptRelations({ stored, receivedAt }: TraceStart): Relations {
  const request = readStoredContext(stored);
  if (request === undefined) return { parent: ROOT_CONTEXT, links: [] };
  const isLate = Date.now() - receivedAt.getTime() > maxAge;
  if (isLate) return { parent: ROOT_CONTEXT, links: [{ context: request }] };
  return { parent: trace.setSpanContext(ROOT_CONTEXT, request), links: [] };
}

function traceSpan(span: Span, active: Context): TraceSpan {
  const spanContext = span.spanContext();
  return {
    run: (code) => context.with(active, code),
    logFields: isSpanContextValid(spanContext)
      ? {
          trace_id: spanContext.traceId,
          span_id: spanContext.spanId,
          trace_flags: flagsOf(spanContext),
        }
      : undefined,
  };
}

function handlerTrace(tracer: Tracer, name: string, parent: Context): HandlerTrace {
  const attributes = { 'spiderfoot.handler.name': name };
  const span = tracer.startSpan(`handler ${name}`, { attributes }, parent);
  return {
    ...traceSpan(span, trace.setSpan(parent, span)),
    end(succeeded, error) {
      if (!succeeded && span.isRecording()) {
        span.setAttribute('error.type', nameOf(error));
        // A handler that asks for a later attempt is not an error.
        if (!(error instanceof RetryLaterError)) span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

function endDelivery(span: Span, outcome: Outcome, details: TraceDetails): void {
  if (span.isRecording()) {
    const { id, eventType, bodySize } = details;
    span.setAttributes({
      'spiderfoot.delivery.outcome': outcome.status,
      ...(id !== undefined && { 'messaging.message.id': id }),
      ...(bodySize !== undefined && { 'messaging.message.body.size': bodySize }),
      ...(eventType !== undefined && { 'spiderfoot.event.type': eventType.slice(0, maxTypeLength) }),
    });
    if (outcome.status === 'rejected') {
      span.setAttribute('error.type', outcome.code);
      // Any client can send a request that is rejected before it is authenticated. That is not an error of this server.
      const isError = id !== undefined || rejections[outcome.code].status >= 500;
      if (isError) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.code });
    }
  }
  span.end();
}

/** Return the class of an error. Its message is not used, because it may contain a part of the event. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '_OTHER';
}
