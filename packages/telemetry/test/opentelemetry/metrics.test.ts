import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { bucketsOf, metricTable } from '../../src/metrics/table.ts';
import { createOpenTelemetry } from '../../src/opentelemetry/index.ts';
import { collecting } from '../support/collector.ts';
import { secret, send } from '../support/observed.ts';

async function measured(health?: () => Promise<never>) {
  const collector = await collecting();
  const exporter = new OTLPMetricExporter({ url: `${collector.url}/v1/metrics` });
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 1e6,
    exportTimeoutMillis: 1e5,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => meterProvider.shutdown());
  const oldest = new Date(Date.now() - 60_000);
  const numbers = { ready: true, waiting: 3, running: 2, delayed: 1, dead: 4, oldest };
  const store = { health: health ?? (async () => numbers) };
  const receiver = createReceiver({ secret });
  const telemetry = createOpenTelemetry({ meterProvider, store });
  telemetry.observe(receiver);
  const exported = async () => {
    await reader.forceFlush();
    return collector.metrics;
  };
  const readValue = async (name: string, attributes: object) => {
    const metric = (await exported()).get(name);
    const points = (metric?.sum ?? metric?.gauge ?? metric?.histogram)?.dataPoints ?? [];
    const found = points.find(
      (point) => JSON.stringify(sorted(point.attributes)) === JSON.stringify(sorted(attributes)),
    );
    return found && (found.asDouble ?? found.asInt ?? found.count ?? 0);
  };
  return { receiver, telemetry, exported, readValue };
}

const sorted = (attributes: object) => Object.entries(attributes).toSorted(([a], [b]) => a.localeCompare(b));

const endpoint = { 'messaging.destination.name': 'default' };

it('counts deliveries, rejections and handler runs, from 0', async () => {
  const { receiver, telemetry, readValue } = await measured();
  receiver.on('scan_completed', () => {}, { name: 'siem' });
  const processed = {
    ...endpoint,
    'spiderfoot.webhook.type': 'scan_completed',
    'spiderfoot.webhook.outcome': 'processed',
  };
  expect(await readValue('spiderfoot.webhook.deliveries', processed)).toBe(0);
  await send(receiver);
  await send(receiver, 'scan_completed', { secret: 'another secret' });
  telemetry.unrouted();
  expect(await readValue('spiderfoot.webhook.deliveries', processed)).toBe(1);
  const rejected = { ...endpoint, 'error.type': 'invalid_signature' };
  expect(await readValue('spiderfoot.webhook.unauthenticated.requests', rejected)).toBe(1);
  const run = { ...endpoint, 'spiderfoot.webhook.handler': 'siem', 'spiderfoot.webhook.result': 'succeeded' };
  expect(await readValue('spiderfoot.webhook.handler.runs', run)).toBe(1);
  expect(await readValue('spiderfoot.webhook.unrouted.requests', {})).toBe(1);
  expect(await readValue('spiderfoot.webhook.receive.duration', endpoint)).toBe(2);
});

it('exports each metric of the table with its unit, and durations with its buckets', async () => {
  const { receiver, telemetry, exported } = await measured();
  receiver.on('scan_completed', () => {});
  const target = { target: 'siem', host: 'splunk.example.com' };
  telemetry.observeForwarder({ ...target, kind: 'send', result: 'sent' });
  telemetry.observeForwarder({ ...target, kind: 'batch', size: 7 });
  await send(receiver);
  const metrics = await exported();
  for (const [key, { name, unit, kind }] of Object.entries(metricTable)) {
    const metric = metrics.get(`spiderfoot.webhook.${name}`);
    // A histogram of this library has no series before its first value.
    if (kind === 'histogram' && metric === undefined) continue;
    expect(metric?.unit, key).toBe(unit);
  }
  const { histogram } = metrics.get('spiderfoot.webhook.receive.duration') ?? {};
  expect(histogram?.dataPoints[0]?.explicitBounds).toEqual(bucketsOf('receiveDuration'));
});

it('reads the gauges of the queue from the store at each export', async () => {
  const { readValue } = await measured();
  for (const [state, count] of Object.entries({ waiting: 3, running: 2, delayed: 1, dead: 4 }))
    expect(
      await readValue('spiderfoot.webhook.queue.deliveries', { 'spiderfoot.webhook.state': state }),
    ).toBe(count);
  expect(await readValue('spiderfoot.webhook.queue.oldest', {})).toBeGreaterThanOrEqual(60);
  expect(await readValue('spiderfoot.webhook.store.up', {})).toBe(1);
});

it('exports no number of deliveries if the store cannot be read', async () => {
  const { readValue } = await measured(() => Promise.reject(new Error('locked')));
  expect(await readValue('spiderfoot.webhook.store.up', {})).toBe(0);
  expect(
    await readValue('spiderfoot.webhook.queue.deliveries', { 'spiderfoot.webhook.state': 'dead' }),
  ).toBeUndefined();
});

it('rejects invalid options and a receiver that is already observed', () => {
  const telemetry = createOpenTelemetry();
  const receiver = createReceiver({ secret });
  telemetry.observe(receiver);
  expect(() => telemetry.observe(receiver)).toThrow(expect.objectContaining({ option: 'tracer' }));
  expect(() => createOpenTelemetry(JSON.parse('{"senderContext":"trust"}'))).toThrow(
    expect.objectContaining({ option: 'senderContext' }),
  );
});

it('adds no listeners to a receiver if no meter provider is registered', () => {
  const receiver = createReceiver({ secret });
  const added = (['onOutcome', 'onHandlerRun', 'onDeadLetter', 'onError'] as const).map((name) =>
    vi.spyOn(receiver, name),
  );
  createOpenTelemetry().observe(receiver);
  for (const listener of added) expect(listener).not.toHaveBeenCalled();
});
