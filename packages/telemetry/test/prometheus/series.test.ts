import { createReceiver, rejections } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createPrometheusMetrics } from '../../src/prometheus/index.ts';
import { observed, secret, send } from '../support/observed.ts';
import { increased, samplesOf } from '../support/samples.ts';

it('has every series with the value 0 before the first delivery', async () => {
  const { receiver, scrape } = await observed();
  receiver.on('scan_completed', () => {}, { name: 'siem' });
  const before = await scrape();
  for (const code of Object.keys(rejections)) {
    expect([...before.keys()].filter((series) => series.includes(`code="${code}"`))).not.toEqual([]);
  }
  expect(
    before.get('spiderfoot_webhook_handler_runs_total{endpoint="default",handler="siem",result="failed"}'),
  ).toBe(0);
  expect(
    before.get(
      'spiderfoot_webhook_handler_duration_seconds_bucket{le="+Inf",endpoint="default",handler="siem"}',
    ),
  ).toBe(0);
  await send(receiver);
  await send(receiver);
  await send(receiver, 'scan_failed', { secret: 'another' });
  expect([...(await scrape()).keys()]).toEqual([...before.keys()]);
});

it('adds no series for types and codes that a sender or an adapter invents', async () => {
  const { receiver, scrape } = await observed({ endpoint: 'line\n"break"\\' });
  receiver.onAny(() => {});
  const before = await scrape();
  for (let n = 0; n < 300; n++) await send(receiver, `made.up.${n}`, { data: { n } });
  for (const type of ['__proto__', 'constructor', 'a"b\nc', 'ü'.repeat(5000), '']) await send(receiver, type);
  for (let n = 0; n < 50; n++) {
    const delivery = await signedDelivery('scan_completed', { secret });
    Object.defineProperty(delivery, 'readBody', { value: async () => `code_${n}` });
    await receiver.receive(delivery);
  }
  const after = await scrape();
  expect([...after.keys()]).toEqual([...before.keys()]);
  const types = [...after].filter(
    ([series, value]) => /type="other",outcome="processed"/.test(series) && value > 0,
  );
  expect(types).toHaveLength(1);
  expect(types[0]?.[1]).toBeGreaterThanOrEqual(304);
  const codes = [...after].filter(([series, value]) => series.includes('code="other"') && value > 0);
  expect(codes.map(([, value]) => value)).toEqual([50]);
});

it('gives the types of your own a label, and at most 200 handlers', async () => {
  const metrics = createPrometheusMetrics();
  const receiver = createReceiver({ secret, schemas: { 'siem.ticket': z.looseObject({}) } });
  metrics.observe(receiver, { types: ['siem.ticket'] });
  for (let n = 0; n < 230; n++) receiver.on('siem.ticket', () => {}, { name: `handler-${n}` });
  await receiver.receive(await signedDelivery('siem.ticket', { secret, data: {} }));
  const samples = samplesOf(await metrics.text());
  const kit = 'spiderfoot_webhook_';
  expect(
    samples.get(`${kit}deliveries_total{endpoint="default",type="siem.ticket",outcome="processed",code=""}`),
  ).toBe(1);
  const runs = [...samples].filter(([series]) => series.startsWith(`${kit}handler_runs_total`));
  expect(runs).toHaveLength(201 * 4);
  expect(samples.get(`${kit}handler_runs_total{endpoint="default",handler="other",result="succeeded"}`)).toBe(
    30,
  );
});

it('throws when a receiver is observed twice', async () => {
  const { receiver, metrics } = await observed();
  expect(() => metrics.observe(receiver)).toThrow(expect.objectContaining({ option: 'receiver' }));
});

it('adds its metrics to the registry of the app, and serves them with its content type and without caching', async () => {
  const { metrics, url } = await observed();
  expect(metrics.register.getSingleMetric('spiderfoot_webhook_retries_total')).toBeDefined();
  const overListener = await fetch(url);
  const overFetch = await metrics.fetch(new Request(url));
  expect(overListener.headers.get('content-type')).toBe(metrics.register.contentType);
  expect(overFetch.headers.get('content-type')).toBe(metrics.register.contentType);
  for (const { headers } of [overListener, overFetch]) expect(headers.get('cache-control')).toBe('no-store');
  expect(await overFetch.text()).toBe(await overListener.text());
});

it('adds up the values of two receivers with one endpoint', async () => {
  const { receiver, metrics, scrape } = await observed();
  const second = createReceiver({ secret });
  metrics.observe(second);
  await send(receiver);
  await send(second);
  const samples = await scrape();
  const series = 'endpoint="default"';
  expect(
    samples.get(
      `spiderfoot_webhook_deliveries_total{${series},type="scan_completed",outcome="processed",code=""}`,
    ),
  ).toBe(2);
  expect(samples.get(`spiderfoot_webhook_receive_duration_seconds_count{${series}}`)).toBe(2);
});

it('counts from 0 after the registry was reset', async () => {
  const { receiver, metrics, scrape } = await observed();
  await send(receiver);
  await scrape();
  metrics.register.resetMetrics();
  await send(receiver);
  const samples = await scrape();
  const count = 'spiderfoot_webhook_receive_duration_seconds_count{endpoint="default"}';
  expect(samples.get(count)).toBe(1);
  expect(Object.values(increased(samples, 'deliveries'))).toEqual([1]);
});

it('returns histograms as JSON, as for a cluster', async () => {
  const { receiver, metrics } = await observed();
  await send(receiver);
  const json = await metrics.register.getMetricsAsJSON();
  const histogram = json.find(({ name }) => name === 'spiderfoot_webhook_receive_duration_seconds');
  expect(histogram).toMatchObject({
    type: 'histogram',
    values: expect.arrayContaining([
      expect.objectContaining({
        metricName: 'spiderfoot_webhook_receive_duration_seconds_bucket',
        labels: { le: '+Inf', endpoint: 'default' },
        value: 1,
      }),
    ]),
  });
});
