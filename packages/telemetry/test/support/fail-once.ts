/** A program: accept a delivery, fail its first attempt, and exit. Arguments: the store, the URL of the collector. */
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { createOpenTelemetry } from '../../src/opentelemetry/index.ts';

const [path = '', url = ''] = process.argv.slice(2);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const store = openStore(path, { baseDelay: 1000, maxDelay: 1000 });
const secret = 'telemetry-s3cret';
const receiver = createReceiver({ secret, queue: store });
createOpenTelemetry({ tracerProvider }).observe(receiver);
receiver.on(
  'scan_completed',
  () => {
    throw new Error('down');
  },
  { name: 'siem' },
);
const attempted = new Promise<void>((resolve) => {
  receiver.onOutcome((_outcome, { phase }) => phase === 'handled' && resolve());
});
await receiver.receive(await signedDelivery('scan_completed', { secret }));
await attempted;
await receiver.close();
await store.close();
await tracerProvider.shutdown();
