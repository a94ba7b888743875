import { createServer, type RequestListener } from 'node:http';
import { createReceiver, type Receiver, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import { type SignedOptions, signedDelivery, type TestEventType } from '@spiderfoot-webhooks/core/testing';
import { onTestFinished } from 'vitest';
import { createPrometheusMetrics, type PrometheusMetricsOptions } from '../../src/prometheus/index.ts';
import { type Samples, samplesOf } from './samples.ts';

export const secret = 'telemetry-s3cret';

/** Create a receiver whose metrics are scraped over HTTP. */
export async function observed(
  options: Partial<ReceiverOptions> = {},
  metricsOptions: PrometheusMetricsOptions = {},
) {
  const receiver = createReceiver({ secret, ...options });
  const metrics = createPrometheusMetrics(metricsOptions);
  metrics.observe(receiver);
  const url = await serving(metrics.listener);
  const scrape = async (): Promise<Samples> => samplesOf(await (await fetch(url)).text());
  return { receiver, metrics, url, scrape };
}

/** Serve a listener until the test ends. @returns the URL */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}/`;
}

export async function send(
  receiver: Receiver,
  type: TestEventType = 'scan_completed',
  options: Partial<SignedOptions> = {},
) {
  return receiver.receive(await signedDelivery(type, { secret, ...options }));
}
