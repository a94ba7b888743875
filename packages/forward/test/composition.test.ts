import { createReceiver, RetryLaterError } from '@spiderfoot-webhooks/core';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { groupOf } from '../src/events/event-group.ts';
import { type AnyEvent, fallback, minSeverity, severityOf, throttle, when } from '../src/index.ts';
import { slack } from '../src/slack/index.ts';
import { webhook } from '../src/webhook/index.ts';
import { received, secret, withSignal, withTime } from './support/events.ts';
import { gate } from './support/gate.ts';
import { answers, answersAfter, neverAnswers, startTarget } from './support/target.ts';

const hasty = { allowHttp: true, retries: 0, breaker: false } as const;

describe('fallback', () => {
  it('tries the next where one has failed, and no further than it must', async () => {
    const [down, up, last] = [
      await startTarget(answers(500)),
      await startTarget(answers(200)),
      await startTarget(answers(200)),
    ];
    const alert = fallback(
      slack({ url: down.url, ...hasty }),
      webhook({ url: up.url, secret: 's', ...hasty }),
      slack({ url: last.url, ...hasty }),
    );
    onTestFinished(() => alert.close());
    const { event, context } = await received('high_risk_event');
    await alert(event, context);
    expect([down, up, last].map(({ requests }) => requests.length)).toEqual([1, 1, 0]);
  });

  it('fails where all have failed, with what each has thrown', async () => {
    const down = await startTarget(answers(503, 'busy', { 'retry-after': '90' }));
    const own = new RetryLaterError(30, 'the pager is\nbusy');
    const alert = fallback(slack({ url: down.url, ...hasty }), () => {
      throw own;
    });
    onTestFinished(() => alert.close());
    const { event, context } = await received('high_risk_event');
    const error: unknown = await alert(event, context).catch((error: unknown) => error);
    expect(error).toMatchObject({
      name: 'FallbackError',
      code: 'all_failed',
      attempt: 2,
      retryAfter: 30,
      errors: [{ code: 'unavailable', retryAfter: 90 }, own],
    });
    expect(String(error)).toContain('status 503');
    expect(String(error)).toContain('the pager is busy');
    expect(Object.keys(Object(error))).not.toContain('errors');
  });

  it('asks for no wait where one of them did not', async () => {
    const alert = fallback(
      () => Promise.reject(new RetryLaterError(60, 'later')),
      () => Promise.reject(new Error('broken')),
    );
    const { event, context } = await received('high_risk_event');
    await expect(alert(event, context)).rejects.toMatchObject({ code: 'all_failed', retryAfter: undefined });
  });

  it("stops where the handler's time is over", async () => {
    const target = await startTarget(neverAnswers);
    const second = vi.fn();
    const alert = fallback(slack({ url: target.url, ...hasty }), second);
    onTestFinished(() => alert.close());
    const { event, context } = await received('high_risk_event');
    const controller = new AbortController();
    const failing = expect(alert(event, withSignal(context, controller.signal))).rejects.toMatchObject({
      code: 'all_failed',
      errors: [{ code: 'aborted' }],
    });
    await target.received(1);
    controller.abort();
    await failing;
    expect(second).not.toHaveBeenCalled();
  });
});

describe('when and minSeverity', () => {
  it('hand on what they let through, and take the rest as handled', async () => {
    const handler = vi.fn();
    const { event, context } = await received('scan_completed');
    await when(() => false, handler)(event, context);
    expect(handler).not.toHaveBeenCalled();
    await when(({ event_type }) => event_type === 'scan_completed', handler)(event, context);
    expect(handler).toHaveBeenCalledExactlyOnceWith(event, context);
  });

  it('fail as their handler fails', async () => {
    const { event, context } = await received('scan_completed');
    const broken = () => Promise.reject(new Error('broken'));
    await expect(when(() => true, broken)(event, context)).rejects.toThrow('broken');
  });

  it.each([
    ['malware_detected', {}, true],
    ['high_risk_event', {}, true],
    ['finding.critical', {}, true],
    ['vulnerability_found', { severity: 'critical' }, true],
    ['vulnerability_found', { severity: 'low' }, false],
    ['asset.discovered', { risk: 'Severe' }, true],
    ['brand.new', { level: 'ERROR' }, true],
    ['brand.new', {}, false],
    ['medium_risk_event', {}, false],
    ['scan_completed', { high_risk_events: 1 }, true],
    ['scan_completed', { high_risk_events: 0 }, false],
  ])('minSeverity("HIGH") forwards %s with %j: %s', async (type, data, passed) => {
    const handler = vi.fn();
    const { event, context } = await received('webhook.test');
    await minSeverity('HIGH', handler)({ ...event, event_type: type, data }, context);
    expect(handler).toHaveBeenCalledTimes(passed ? 1 : 0);
  });

  it('minSeverity prefers your own map to the table, and the stated severity to both', async () => {
    const handler = vi.fn();
    const severities = { malware_detected: 'LOW', 'brand.new': 'CRITICAL' } as const;
    const pager = minSeverity('HIGH', handler, { severities });
    const { event, context } = await received('webhook.test');
    await pager({ ...event, event_type: 'malware_detected', data: {} }, context);
    expect(handler).not.toHaveBeenCalled();
    await pager({ ...event, event_type: 'malware_detected', data: { severity: 'high' } }, context);
    await pager({ ...event, event_type: 'brand.new', data: {} }, context);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('take a group for as severe as the most severe in it', async () => {
    const [low, high] = [(await received('scan_started')).event, (await received('high_risk_event')).event];
    expect(severityOf(groupOf([low, high, low]))).toBe('HIGH');
  });
});

describe('throttle', () => {
  /** What a throttled handler was called with: one event, or how many. */
  function recorder() {
    const sizes: number[] = [];
    return {
      sizes,
      handler: ({ data, event_type }: AnyEvent) => {
        const group = event_type === 'event_group' ? Object(data) : { count: 1 };
        sizes.push(group.count);
      },
    };
  }

  it('sends the first at once, and those that follow as one', async () => {
    const { sizes, handler } = recorder();
    const limited = throttle(handler, { window: 100 });
    onTestFinished(() => limited.close());
    const { event, context } = await received('high_risk_event');
    await limited(event, context);
    expect(sizes).toEqual([1]);
    await Promise.all(Array.from({ length: 9 }, () => limited(event, withTime(context))));
    expect(sizes).toEqual([1, 9]);
    await limited(event, context);
    expect(sizes).toEqual([1, 9, 1]);
  });

  it('sends a group at once that is full', async () => {
    const { sizes, handler } = recorder();
    const limited = throttle(handler, { window: 2 ** 30, max: 4 });
    const { event, context } = await received('high_risk_event');
    await Promise.all(Array.from({ length: 9 }, () => limited(event, withTime(context))));
    expect(sizes).toEqual([1, 4, 4]);
    await limited.close();
  });

  it('tells each event what became of its group', async () => {
    const target = await startTarget(answers(200), answers(404));
    const limited = throttle(slack({ url: target.url, ...hasty }), { window: 2 ** 30, max: 3 });
    onTestFinished(() => limited.close());
    const { event, context } = await received('high_risk_event');
    const settled = await Promise.allSettled(Array.from({ length: 4 }, () => limited(event, context)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(target.requests.length).toBe(2);
  });

  it('has sent nothing for an event whose handler has not ended', async () => {
    const { opened, open } = gate();
    const target = await startTarget(answers(200), answersAfter(opened));
    const limited = throttle(slack({ url: target.url, ...hasty }), { window: 2 ** 30, max: 2 });
    onTestFinished(() => limited.close());
    const { event, context } = await received('high_risk_event');
    await limited(event, context);
    const ended = vi.fn();
    const both = [1, 2].map(() => limited(event, context).then(ended));
    await target.received(2);
    expect(ended).not.toHaveBeenCalled();
    open();
    await Promise.all(both);
    expect(ended).toHaveBeenCalledTimes(2);
  });

  it("lets an event leave whose handler's time is over", async () => {
    const { sizes, handler } = recorder();
    const limited = throttle(handler, { window: 2 ** 30, max: 3 });
    onTestFinished(() => limited.close());
    const { event, context } = await received('high_risk_event');
    await limited(event, context);
    const controller = new AbortController();
    const leaving = limited(event, withSignal(context, controller.signal));
    const staying = limited(event, context);
    controller.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'aborted', attempt: 0 });
    await expect(limited(event, withSignal(context, AbortSignal.abort()))).rejects.toMatchObject({
      code: 'aborted',
    });
    await Promise.all([staying, limited(event, context), limited(event, context)]);
    expect(sizes).toEqual([1, 3]);
  });

  it('goes on with a group as long as one event in it has time left', async () => {
    const { opened, open } = gate();
    const target = await startTarget(answers(200), answersAfter(opened));
    const limited = throttle(slack({ url: target.url, ...hasty }), { window: 2 ** 30, max: 2 });
    onTestFinished(() => limited.close());
    const { event, context } = await received('high_risk_event');
    await limited(event, context);
    const controller = new AbortController();
    const sending = [limited(event, withSignal(context, controller.signal)), limited(event, context)];
    await target.received(2);
    controller.abort();
    open();
    await Promise.all(sending);
  });

  it('gives a group up when no event in it has time left', async () => {
    const target = await startTarget(answers(200), neverAnswers);
    const limited = throttle(slack({ url: target.url, ...hasty }), { window: 2 ** 30, max: 2 });
    onTestFinished(() => limited.close());
    const { event, context } = await received('high_risk_event');
    await limited(event, context);
    const controllers = [new AbortController(), new AbortController()];
    const sending = Promise.allSettled(
      controllers.map(({ signal }) => limited(event, withSignal(context, signal))),
    );
    await target.received(2);
    for (const controller of controllers) controller.abort();
    expect(await sending).toMatchObject([{ reason: { code: 'aborted' } }, { reason: { code: 'aborted' } }]);
  });

  it('sends a group under an id that is the same only for the same events', async () => {
    const ids: string[] = [];
    const limited = throttle((_event, { id }) => void ids.push(id), { window: 2 ** 30, max: 2 });
    onTestFinished(() => limited.close());
    const [{ event, context }, other, third] = [
      await received('high_risk_event'),
      await received('malware_detected'),
      await received('scan_failed'),
    ];
    await limited(event, context);
    for (const { event: second, context: of } of [other, third, other]) {
      await Promise.all([limited(event, context), limited(second, of)]);
    }
    expect(ids[0]).toBe(context.id);
    expect(ids[1]).toMatch(new RegExp(`^${context.id}-`));
    expect(ids[3]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });

  it('sends what waits when it is closed', async () => {
    const { sizes, handler } = recorder();
    const limited = throttle(handler, { window: 2 ** 30 });
    const { event, context } = await received('high_risk_event');
    await limited(event, context);
    const waiting = Promise.all([limited(event, context), limited(event, context)]);
    await limited.close();
    await waiting;
    expect(sizes).toEqual([1, 2]);
  });

  it('behind a queue loses nothing, though a group fails', async () => {
    const target = await startTarget(answers(200), answers(500), answers(200));
    const limited = throttle(slack({ url: target.url, ...hasty }), { window: 50, max: 8 });
    const receiver = createReceiver({ secret, queue: memoryQueue({ concurrency: 8, baseDelay: 1 }) });
    const done = vi.fn();
    receiver.on('high_risk_event', limited, { name: 'slack' });
    receiver.onOutcome((outcome) => void (outcome.status === 'processed' && done()));
    for (let n = 0; n < 20; n += 1) {
      await receiver.receive(
        await signedDelivery('high_risk_event', { secret, data: { target: `host-${n}` } }),
      );
    }
    await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(20), 20_000);
    await receiver.close();
    await limited.close();
    const taken = target.requests
      .filter((_request, n) => n !== 1)
      .map(({ body }) => body)
      .join();
    for (let n = 0; n < 20; n += 1) expect(taken).toMatch(new RegExp(`host-${n}\\b`));
    expect(target.requests.length).toBeLessThan(20);
  });
});

describe('Behind a receiver', () => {
  it('a failed forward alone is tried again, and its Retry-After is the wait', async () => {
    const target = await startTarget(answers(429, '', { 'retry-after': '77' }), answers(200));
    const receiver = createReceiver({ secret });
    const other = vi.fn();
    const forward = slack({ url: target.url, ...hasty });
    onTestFinished(() => forward.close());
    receiver
      .on('high_risk_event', forward, { name: 'slack' })
      .on('high_risk_event', other, { name: 'other' });
    const options = { secret, timestamp: new Date('2024-01-01') };
    const first = await receiver.receive(await signedDelivery('high_risk_event', options));
    expect(first).toMatchObject({ status: 'rejected', retryAfter: 77 });
    const second = await receiver.receive(await signedDelivery('high_risk_event', options));
    expect(second).toMatchObject({ status: 'processed' });
    expect(other).toHaveBeenCalledOnce();
    expect(target.requests.length).toBe(2);
  });
});

describe('Closing', () => {
  it('closes a target that two compositions share once', async () => {
    const close = vi.fn(async () => {});
    const target = Object.assign(async () => {}, { close });
    const shared = fallback(target, async () => {});
    await Promise.all([when(() => true, shared), minSeverity('HIGH', shared)].map((one) => one.close()));
    expect(close).toHaveBeenCalledTimes(1);
  });
});
