import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { RetryLaterError } from '@spiderfoot-webhooks/core';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { expect, it, vi } from 'vitest';
import { send } from '../support/observed.ts';
import { traced } from '../support/traced.ts';

/** The numbers of OTLP: kinds begin with 1 for `INTERNAL`. */
const kinds = {
  internal: SpanKind.INTERNAL + 1,
  server: SpanKind.SERVER + 1,
  consumer: SpanKind.CONSUMER + 1,
};

it('a delivery is a CONSUMER span with a child span for each handler', async () => {
  const { receiver, exported } = await traced();
  receiver.on('scan_completed', () => {}, { name: 'siem' });
  const outcome = await send(receiver, 'scan_completed', { data: { target: 'secret.example.com' } });
  const spans = await exported();
  const delivery = spans.get('process default');
  expect(delivery).toMatchObject({ kind: kinds.consumer, status: { code: SpanStatusCode.UNSET }, links: [] });
  expect(delivery?.attributes).toEqual({
    'messaging.system': 'spiderfoot',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': 'default',
    'messaging.message.id': outcome.id,
    'messaging.message.body.size': expect.any(Number),
    'spiderfoot.delivery.outcome': 'processed',
    'spiderfoot.event.type': 'scan_completed',
  });
  expect(spans.get('handler siem')).toMatchObject({
    kind: kinds.internal,
    traceId: delivery?.traceId,
    parentSpanId: delivery?.spanId,
    attributes: { 'spiderfoot.handler.name': 'siem' },
  });
  expect(JSON.stringify([...spans])).not.toContain('secret.example.com');
});

it('the span of a handler is active in the handler, after each await', async () => {
  const { receiver, exported } = await traced();
  const active: (string | undefined)[] = [];
  const note = () => active.push(trace.getActiveSpan()?.spanContext().spanId);
  receiver.on(
    'scan_completed',
    async () => {
      note();
      await new Promise((resolve) => setTimeout(resolve, 1));
      note();
    },
    { name: 'slow' },
  );
  await send(receiver);
  const { spanId } = (await exported()).get('handler slow') ?? {};
  expect(active).toEqual([spanId, spanId]);
  expect(trace.getActiveSpan()).toBeUndefined();
});

it('a failed handler and its delivery have the status ERROR, without the message of the error', async () => {
  const { receiver, exported } = await traced();
  receiver.on('scan_completed', () => Promise.reject(new TypeError('token=hunter2')), { name: 'broken' });
  receiver.on('scan_completed', () => new Promise(() => {}), { name: 'slow', timeout: 5 });
  receiver.on('scan_completed', () => Promise.reject(new RetryLaterError(60, 'busy')), { name: 'later' });
  await send(receiver);
  const spans = await exported();
  const error = { status: { code: SpanStatusCode.ERROR } };
  expect(spans.get('handler broken')).toMatchObject({ ...error, attributes: { 'error.type': 'TypeError' } });
  expect(spans.get('handler slow')).toMatchObject({
    ...error,
    attributes: { 'error.type': 'HandlerTimeoutError' },
  });
  expect(spans.get('handler later')).toMatchObject({
    status: { code: SpanStatusCode.UNSET },
    attributes: { 'error.type': 'RetryLaterError' },
  });
  expect(spans.get('process default')).toMatchObject({
    ...error,
    attributes: { 'error.type': 'handler_failed', 'spiderfoot.delivery.outcome': 'rejected' },
  });
  expect(JSON.stringify([...spans])).not.toContain('hunter2');
});

it('a request that is rejected before it is authenticated is not an error of the server', async () => {
  const { receiver, exported } = await traced();
  await send(receiver, 'scan_completed', { secret: 'another secret' });
  const span = (await exported()).get('process default');
  expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  expect(span?.attributes['error.type']).toBe('invalid_signature');
  expect(span?.attributes).not.toHaveProperty('messaging.message.id');
});

it('the attempts at a queued delivery are children of its SERVER span', async () => {
  const { receiver, exported, collector } = await traced({
    queue: memoryQueue({ baseDelay: 1, maxDelay: 1 }),
  });
  let calls = 0;
  receiver.on('scan_completed', () => {
    calls++;
    if (calls === 1) throw new Error('down');
  });
  await send(receiver);
  await vi.waitFor(async () => {
    await exported();
    expect(collector.spans.filter(({ name }) => name === 'process default')).toHaveLength(2);
  });
  const request = collector.spans.find(({ name }) => name === 'receive default');
  expect(request).toMatchObject({
    kind: kinds.server,
    attributes: { 'messaging.operation.type': 'receive' },
  });
  const attempts = collector.spans.filter(({ name }) => name === 'process default');
  expect(attempts).toMatchObject(
    [1, 2].map((attempt) => ({
      kind: kinds.consumer,
      traceId: request?.traceId,
      parentSpanId: request?.spanId,
      attributes: { 'spiderfoot.delivery.attempt': attempt },
    })),
  );
});

it('a request is a child of the active span, whose instrumentation has read the headers', async () => {
  const { receiver, exported, collector } = await traced();
  const parent = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
  const traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
  await context.with(trace.setSpan(context.active(), parent), () =>
    send(receiver, 'scan_completed', { headers: { traceparent } }),
  );
  await exported();
  expect(collector.spans).toMatchObject([
    { name: 'process default', traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16), links: [] },
  ]);
});

it('log lines of a delivery and of its handlers contain the ids of their spans', async () => {
  const lines: Record<string, unknown>[] = [];
  const write = (details: object) => void lines.push({ ...details });
  const { receiver, exported } = await traced({
    logger: { debug: write, info: write, warn: write, error: write },
  });
  receiver.on('scan_completed', (_event, { logger }) => logger.info({}, 'handling'), { name: 'print' });
  await send(receiver);
  const spans = await exported();
  const idsOf = (name: string) => ({
    trace_id: spans.get(name)?.traceId,
    span_id: spans.get(name)?.spanId,
    trace_flags: '01',
  });
  expect(lines).toMatchObject([idsOf('handler print'), idsOf('process default')]);
});

it('the sampler of the app decides, and an unsampled delivery is handled as before', async () => {
  const { receiver, exported } = await traced({}, {}, new AlwaysOffSampler());
  const handler = vi.fn();
  receiver.on('scan_completed', handler);
  const headers = { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` };
  expect(await send(receiver, 'scan_completed', { headers })).toMatchObject({ status: 'processed' });
  expect(handler).toHaveBeenCalledOnce();
  expect((await exported()).size).toBe(0);
});
