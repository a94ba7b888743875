import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, type Sampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { createReceiver, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import { onTestFinished } from 'vitest';
import { createOpenTelemetry, type OpenTelemetryOptions } from '../../src/opentelemetry/index.ts';
import { collecting } from './collector.ts';
import { secret } from './observed.ts';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** Start an SDK that exports to a collector. */
export async function exporting(sampler?: Sampler) {
  const collector = await collecting();
  const exporter = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` });
  const tracerProvider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 10 })],
    ...(sampler && { sampler }),
  });
  onTestFinished(() => tracerProvider.shutdown());
  const exported = async () => {
    await tracerProvider.forceFlush();
    return new Map(collector.spans.map((span) => [span.name, span]));
  };
  return { tracerProvider, collector, exported };
}

/** Create a traced receiver. */
export async function traced(
  options: Partial<ReceiverOptions> = {},
  telemetryOptions: OpenTelemetryOptions = {},
  sampler?: Sampler,
) {
  const { tracerProvider, collector, exported } = await exporting(sampler);
  const receiver = createReceiver({ secret, ...options });
  const telemetry = createOpenTelemetry({ tracerProvider, ...telemetryOptions });
  telemetry.observe(receiver);
  return { receiver, telemetry, collector, exported };
}
