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
  type DeliveryTrace,
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
      return new DeliverySpan(tracer, span, parent);
    },
  };
}

/** A span whose values are computed when they are read, because most deliveries never need them. */
class ActiveSpan implements TraceSpan {
  protected readonly span: Span;
  protected readonly active: Context;

  constructor(span: Span, parent: Context) {
    this.span = span;
    this.active = trace.setSpan(parent, span);
  }

  run(code: () => void): void {
    context.with(this.active, code);
  }

  get logFields(): Readonly<Record<string, string>> | undefined {
    const spanContext = this.span.spanContext();
    if (!isSpanContextValid(spanContext)) return undefined;
    const { traceId, spanId } = spanContext;
    return { trace_id: traceId, span_id: spanId, trace_flags: flagsOf(spanContext) };
  }
}

class DeliverySpan extends ActiveSpan implements DeliveryTrace {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer, span: Span, parent: Context) {
    super(span, parent);
    this.#tracer = tracer;
  }

  get stored(): string | undefined {
    return toStoredContext(this.span.spanContext());
  }

  handler(name: string): HandlerTrace | undefined {
    // Without a span of its own, a handler of a delivery that is not sampled costs nothing.
    if (!this.span.isRecording()) return undefined;
    const attributes = { 'spiderfoot.handler.name': name };
    return new HandlerSpan(
      this.#tracer.startSpan(`handler ${name}`, { attributes }, this.active),
      this.active,
    );
  }

  end(outcome: Outcome, details: TraceDetails): void {
    if (this.span.isRecording()) describeOutcome(this.span, outcome, details);
    this.span.end();
  }
}

class HandlerSpan extends ActiveSpan implements HandlerTrace {
  end(succeeded: boolean, error: unknown): void {
    if (!succeeded && this.span.isRecording()) {
      this.span.setAttribute('error.type', nameOf(error));
      // A handler that asks for a later attempt is not an error.
      if (!(error instanceof RetryLaterError)) this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

function spanOf({ endpoint, queued, attempt }: TraceStart, links: Link[]): [string, SpanOptions] {
  // A queued delivery is processed by another span, so this one only receives its request.
  const operation = queued ? 'receive' : 'process';
  // A sampler decides by these attributes, so they are passed even if the span is not recorded.
  const attributes: Attributes = {
    'messaging.system': 'spiderfoot',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': endpoint,
  };
  if (attempt > 0) attributes['spiderfoot.delivery.attempt'] = attempt;
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

function describeOutcome(span: Span, outcome: Outcome, { id, eventType, bodySize }: TraceDetails): void {
  span.setAttribute('spiderfoot.delivery.outcome', outcome.status);
  if (id !== undefined) span.setAttribute('messaging.message.id', id);
  if (bodySize !== undefined) span.setAttribute('messaging.message.body.size', bodySize);
  if (eventType !== undefined) span.setAttribute('spiderfoot.event.type', eventType.slice(0, maxTypeLength));
  if (outcome.status !== 'rejected') return;
  span.setAttribute('error.type', outcome.code);
  // Any client can send a request that is rejected before it is authenticated. That is not an error of this server.
  const isError = id !== undefined || rejections[outcome.code].status >= 500;
  if (isError) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.code });
}

/** Return the class of an error. Its message is not used, because it may contain a part of the event. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '_OTHER';
}
