import { context } from '@opentelemetry/api';
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
