import { createReceiver, type Receiver, type ReceiverOptions } from '@spiderfoot-webhooks/core';
import { type SignedOptions, signedDelivery, type TestEventType } from '@spiderfoot-webhooks/core/testing';
import { createPrometheusMetrics, type PrometheusMetricsOptions } from '../../src/prometheus/index.ts';
import { type Samples, samplesOf } from './samples.ts';
import { serving } from './serving.ts';

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

export async function send(
  receiver: Receiver,
  type: TestEventType = 'scan_completed',
  options: Partial<SignedOptions> = {},
) {
  return receiver.receive(await signedDelivery(type, { secret, ...options }));
}
