import { RetryLaterError } from '@spiderfoot-webhooks/core';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { expect, it, vi } from 'vitest';
import { observed, secret, send } from '../support/observed.ts';
import { increased } from '../support/samples.ts';

it('counts each request once by type, outcome and code', async () => {
  const { receiver, scrape } = await observed({ endpoint: 'siem' });
  let failures = 1;
  receiver.on('scan_completed', () => {
    if (failures-- > 0) throw new Error('down');
  });
  const timestamp = new Date();
  for (let n = 0; n < 3; n++) await send(receiver, 'scan_completed', { timestamp });
  await send(receiver, 'scan_completed', { data: { events_found: 'many' } });
  const labels = 'endpoint="siem",type="scan_completed"';
  expect(increased(await scrape(), 'deliveries')).toEqual({
    [`deliveries_total{${labels},outcome="rejected",code="handler_failed"}`]: 1,
    [`deliveries_total{${labels},outcome="processed",code=""}`]: 1,
    [`deliveries_total{${labels},outcome="duplicate",code=""}`]: 1,
    [`deliveries_total{${labels},outcome="rejected",code="invalid_event"}`]: 1,
  });
});

it('counts unauthenticated and unrouted requests apart from deliveries', async () => {
  const { receiver, metrics, scrape } = await observed();
  await send(receiver, 'scan_completed', { secret: 'another' });
  await send(receiver, 'scan_completed', { secret: false });
  await send(receiver, 'scan_completed', { secret: false });
  metrics.unrouted();
  const samples = await scrape();
  expect(increased(samples, 'deliveries')).toEqual({});
  expect(increased(samples, 'un')).toEqual({
    'unauthenticated_requests_total{endpoint="default",code="invalid_signature"}': 1,
    'unauthenticated_requests_total{endpoint="default",code="missing_signature"}': 2,
    unrouted_requests_total: 1,
  });
  expect(increased(samples, 'last_event')).toEqual({});
});

it('counts the attempts, retries, handler runs and dead letters of a queue', async () => {
  const queue = memoryQueue({ baseDelay: 1, maxDelay: 1, maxAttempts: 2 });
  const { receiver, scrape } = await observed({ queue });
  let dead = 0;
  receiver.onDeadLetter(() => dead++);
  receiver.onAny(() => {}, { name: 'fine' });
  receiver.onAny(
    ({ event_type }) => {
      if (event_type === 'scan_failed') throw new Error('down');
    },
    { name: 'siem' },
  );
  let asked = 0;
  receiver.on(
    'scan_started',
    () => {
      if (asked++ === 0) throw new RetryLaterError(0.001, 'busy');
    },
    { name: 'busy' },
  );
  receiver.on('scan_started', () => new Promise(() => {}), { name: 'slow', timeout: 5 });
  await send(receiver, 'scan_failed');
  await send(receiver, 'scan_started');
  await vi.waitFor(() => expect(dead).toBe(2));
  const samples = await scrape();
  const endpoint = 'endpoint="default"';
  expect(increased(samples, 'deliveries')).toEqual({
    [`deliveries_total{${endpoint},type="scan_failed",outcome="accepted",code=""}`]: 1,
    [`deliveries_total{${endpoint},type="scan_started",outcome="accepted",code=""}`]: 1,
  });
  expect(increased(samples, 'attempts')).toEqual({ [`attempts_total{${endpoint},result="failed"}`]: 4 });
  expect(increased(samples, 'retries')).toEqual({ [`retries_total{${endpoint}}`]: 2 });
  expect(increased(samples, 'dead_letters')).toEqual({
    [`dead_letters_total{${endpoint},reason="failed"}`]: 2,
  });
  expect(increased(samples, 'handler_runs')).toEqual({
    [`handler_runs_total{${endpoint},handler="fine",result="succeeded"}`]: 2,
    [`handler_runs_total{${endpoint},handler="siem",result="failed"}`]: 2,
    [`handler_runs_total{${endpoint},handler="siem",result="succeeded"}`]: 1,
    [`handler_runs_total{${endpoint},handler="busy",result="retry_later"}`]: 1,
    [`handler_runs_total{${endpoint},handler="busy",result="succeeded"}`]: 1,
    [`handler_runs_total{${endpoint},handler="slow",result="timed_out"}`]: 2,
  });
  expect(increased(samples, 'errors')).toEqual({ [`errors_total{${endpoint},source="handlers"}`]: 4 });
});

it('records each duration once for each delivery that reaches the step', async () => {
  const { receiver, scrape } = await observed({ queue: memoryQueue({ baseDelay: 1, maxDelay: 1 }) });
  let runs = 0;
  receiver.onAny(() => {
    if (++runs === 1) throw new Error('down');
  });
  await send(receiver);
  await send(receiver, 'scan_completed', { secret: false });
  await vi.waitFor(() => expect(runs).toBe(2));
  await vi.waitFor(async () =>
    expect(increased(await scrape(), 'attempts')).toMatchObject({
      'attempts_total{endpoint="default",result="processed"}': 1,
    }),
  );
  const samples = await scrape();
  const count = (name: string) => samples.get(`spiderfoot_webhook_${name}_seconds_count{endpoint="default"}`);
  expect(count('receive_duration')).toBe(2);
  expect(count('body_duration')).toBe(1);
  expect(count('verify_duration')).toBe(1);
  expect(count('enqueue_duration')).toBe(1);
  expect(count('handle_duration')).toBe(2);
  expect(count('queue_time')).toBe(1);
});

it('records the time of handling without a queue, and the time of the last event', async () => {
  const receivedAt = 1_700_000_000;
  const { receiver, scrape } = await observed({ now: () => receivedAt * 1000 });
  receiver.onAny(() => {});
  await receiver.receive(await signedDelivery('scan_completed', { secret }));
  const samples = await scrape();
  const kit = 'spiderfoot_webhook_';
  expect(samples.get(`${kit}handle_duration_seconds_count{endpoint="default"}`)).toBe(1);
  expect(samples.get(`${kit}enqueue_duration_seconds_count{endpoint="default"}`)).toBe(0);
  expect(samples.get(`${kit}last_event_timestamp_seconds{endpoint="default"}`)).toBe(receivedAt);
});
