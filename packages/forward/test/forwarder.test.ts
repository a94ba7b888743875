import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fallback, minSeverity, when } from '../src/index.ts';
import { slack } from '../src/slack/index.ts';
import { secret } from './support/events.ts';
import { noRetries } from './support/options.ts';
import { answers, startTarget } from './support/target.ts';

it('a receiver retries only the forwarder that failed, after the seconds of its Retry-After', async () => {
  const target = await startTarget(answers(429, '', { 'retry-after': '77' }), answers(200));
  const receiver = createReceiver({ secret });
  const other = vi.fn();
  const forward = slack({ url: target.url, ...noRetries });
  onTestFinished(() => forward.close());
  receiver.on('high_risk_event', forward, { name: 'slack' }).on('high_risk_event', other, { name: 'other' });
  const options = { secret, timestamp: new Date('2024-01-01') };
  const first = await receiver.receive(await signedDelivery('high_risk_event', options));
  expect(first).toMatchObject({ status: 'rejected', retryAfter: 77 });
  const second = await receiver.receive(await signedDelivery('high_risk_event', options));
  expect(second).toMatchObject({ status: 'processed' });
  expect(other).toHaveBeenCalledOnce();
  expect(target.requests.length).toBe(2);
});

it('a forwarder that two composed forwarders share is closed once', async () => {
  const close = vi.fn(async () => {});
  const target = Object.assign(async () => {}, { close });
  const shared = fallback(target, async () => {});
  const composed = [when(() => true, shared), minSeverity('HIGH', shared)];
  await Promise.all(composed.map((forwarder) => forwarder.close()));
  expect(close).toHaveBeenCalledTimes(1);
});
