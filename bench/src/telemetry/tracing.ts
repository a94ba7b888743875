import type { RequestListener } from 'node:http';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Receiver } from '@spiderfoot-webhooks/core';
import { createOpenTelemetry } from '@spiderfoot-webhooks/telemetry/opentelemetry';

/** Start an SDK that samples a share of the traces. Its spans are batched and discarded. */
export function tracing(share: number): TracerProvider {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = {
    export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: async () => {},
    forceFlush: async () => {},
  };
  return new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
}

/** Trace a receiver. @returns the receiver */
export function observe(receiver: Receiver, tracerProvider: TracerProvider): Receiver {
  createOpenTelemetry({ tracerProvider }).observe(receiver);
  return receiver;
}

/** The least that a traced request costs: a span by hand, with the attributes of a receiver's span. */
export function tracedByHand(listener: RequestListener, tracerProvider: TracerProvider): RequestListener {
  const tracer = tracerProvider.getTracer('bench');
  return (req, res) => {
    const attributes = {
      'messaging.system': 'spiderfoot',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'default',
    };
    const active = context.active();
    const span = tracer.startSpan('process default', { kind: SpanKind.CONSUMER, attributes }, active);
    res.once('finish', () => span.end());
    context.with(trace.setSpan(active, span), () => listener(req, res));
  };
}
