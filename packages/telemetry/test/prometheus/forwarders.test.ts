import { siem } from '@spiderfoot-webhooks/forward/siem';
import { slack } from '@spiderfoot-webhooks/forward/slack';
import { expect, it, onTestFinished } from 'vitest';
import { createPrometheusMetrics } from '../../src/prometheus/index.ts';
import { observed, send } from '../support/observed.ts';
import { increased, samplesOf } from '../support/samples.ts';
import { serving } from '../support/serving.ts';

it('counts the attempts of a forwarder by result, and shows the state of its circuit', async () => {
  const { receiver, metrics, scrape } = await observed();
  const statuses = [200, 503];
  const url = await serving((_req, res) => void res.writeHead(statuses.shift() ?? 404).end('ok'));
  const { host } = new URL(url);
  const forward = slack({
    url,
    allowHttp: true,
    retries: 0,
    breaker: { failures: 1 },
    observe: metrics.observeForwarder,
  });
  onTestFinished(() => forward.close());
  receiver.onAny(forward, { name: 'slack' });
  const target = `target="slack",host="${host}"`;
  const before = await scrape();
  expect(increased(before, 'forwarder')).toEqual({ [`forwarder_circuit{${target},state="closed"}`]: 1 });
  expect(before.get(`spiderfoot_webhook_forwarder_sends_total{${target},result="timeout"}`)).toBe(0);
  for (let n = 0; n < 3; n++) await send(receiver);
  const after = await scrape();
  expect(increased(after, 'forwarder')).toEqual({
    [`forwarder_sends_total{${target},result="sent"}`]: 1,
    [`forwarder_sends_total{${target},result="unavailable"}`]: 1,
    [`forwarder_sends_total{${target},result="circuit_open"}`]: 1,
    [`forwarder_circuit{${target},state="open"}`]: 1,
  });
  expect([...after.keys()]).toEqual([...before.keys()]);
});

it('records the number of events of each batch, from a series that exists before the first', async () => {
  const { receiver, metrics, scrape } = await observed();
  const url = await serving((_req, res) => void res.end('{"code":0}'));
  const { host } = new URL(url);
  const forward = siem({
    format: 'splunk',
    endpoint: url,
    apiKey: 'token',
    allowHttp: true,
    observe: metrics.observeForwarder,
  });
  onTestFinished(() => forward.close());
  receiver.onAny(forward, { name: 'siem' });
  const size = `spiderfoot_webhook_forwarder_batch_size`;
  const labels = `target="siem",host="${host}"`;
  expect((await scrape()).get(`${size}_count{${labels}}`)).toBe(0);
  await Promise.all([send(receiver), send(receiver, 'scan_failed'), send(receiver, 'scan_started')]);
  const samples = await scrape();
  expect(samples.get(`${size}_sum{${labels}}`)).toBe(3);
  expect(samples.get(`${size}_bucket{le="10000",${labels}}`)).toBe(samples.get(`${size}_count{${labels}}`));
});

it('gives the first 100 targets a label, and the others share one', async () => {
  const metrics = createPrometheusMetrics();
  for (let n = 0; n < 120; n++)
    metrics.observeForwarder({ kind: 'send', target: 'webhook', host: `host-${n}`, result: `made-up-${n}` });
  const samples = samplesOf(await metrics.text());
  const sends = [...samples.keys()].filter((series) => series.includes('forwarder_sends_total'));
  expect(new Set(sends.map((series) => /host="([^"]+)"/.exec(series)?.[1])).size).toBe(101);
  expect(
    samples.get('spiderfoot_webhook_forwarder_sends_total{target="webhook",host="other",result="other"}'),
  ).toBe(20);
});
