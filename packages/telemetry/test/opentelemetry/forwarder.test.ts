import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { webhook } from '@spiderfoot-webhooks/forward/webhook';
import { expect, it, onTestFinished } from 'vitest';
import { send } from '../support/observed.ts';
import { serving } from '../support/serving.ts';
import { traced } from '../support/traced.ts';

it('each attempt of a forwarder is a CLIENT span below its handler', async () => {
  const { receiver, telemetry, collector, exported } = await traced();
  const statuses = [503, 200];
  const url = await serving((_req, res) => {
    res.statusCode = statuses.shift() ?? 500;
    res.end();
  });
  const forwarder = webhook({
    ...{ url, secret: 'forward-s3cret', allowHttp: true, baseDelay: 1, maxDelay: 1 },
    trace: telemetry.traceForwarder,
  });
  onTestFinished(() => forwarder.close());
  receiver.on('scan_completed', forwarder, { name: 'forward' });
  expect(await send(receiver)).toMatchObject({ status: 'processed' });
  await exported();
  const handler = collector.spans.find(({ name }) => name === 'handler forward');
  const attempts = collector.spans.filter(({ name }) => name === 'forward webhook');
  const common = { kind: SpanKind.CLIENT + 1, traceId: handler?.traceId, parentSpanId: handler?.spanId };
  const attributes = {
    'spiderfoot.forwarder.target': 'webhook',
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(url).port),
  };
  expect(attempts).toMatchObject([
    {
      ...common,
      attributes: { ...attributes, 'error.type': 'unavailable', 'http.response.status_code': 503 },
      status: { code: SpanStatusCode.ERROR, message: 'unavailable' },
    },
    {
      ...common,
      attributes: { ...attributes, 'http.request.resend_count': 1 },
      status: { code: SpanStatusCode.UNSET },
    },
  ]);
});

it('the span of an attempt is active while the attempt is made, and passes its result on', async () => {
  const { telemetry, exported } = await traced();
  let active: string | undefined;
  const sent = telemetry.traceForwarder(
    { target: 'slack', host: 'hooks.slack.com', attempt: 1 },
    async () => {
      await undefined;
      active = trace.getActiveSpan()?.spanContext().spanId;
      return {};
    },
  );
  await sent;
  const span = (await exported()).get('forward slack');
  expect(active).toBe(span?.spanId);
  expect(span?.attributes).toEqual({
    'spiderfoot.forwarder.target': 'slack',
    'server.address': 'hooks.slack.com',
  });
});
