import { createReceiver } from '@spiderfoot-webhooks/core';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type AnyEvent, type Handler, type ThrottleOptions, throttle } from '../../src/index.ts';
import { slack } from '../../src/slack/index.ts';
import { received, secret, withSignal, withTime } from '../support/events.ts';
import { gate } from '../support/gate.ts';
import { noRetries } from '../support/options.ts';
import { answers, answersAfter, type Behavior, neverAnswers, startTarget } from '../support/target.ts';

/** A window that does not end during a test. */
const endless = 2 ** 30;

const { event, context } = await received('high_risk_event');

function throttled(handler: Handler<AnyEvent>, options: ThrottleOptions) {
  const forward = throttle(handler, options);
  onTestFinished(() => forward.close());
  return forward;
}

async function throttledSlack(options: ThrottleOptions, ...script: Behavior[]) {
  const target = await startTarget(...script);
  return { target, forward: throttled(slack({ url: target.url, ...noRetries }), options) };
}

/** A handler, and the number of events in each of its calls. */
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

describe('throttle', () => {
  it('throttle() sends the first event immediately, and the events of the window as one group', async () => {
    const { sizes, handler } = recorder();
    const forward = throttled(handler, { window: 100 });
    await forward(event, context);
    expect(sizes).toEqual([1]);
    await Promise.all(Array.from({ length: 9 }, () => forward(event, withTime(context))));
    expect(sizes).toEqual([1, 9]);
    await forward(event, context);
    expect(sizes).toEqual([1, 9, 1]);
  });

  it('throttle() sends a group of "max" events without waiting for the end of the window', async () => {
    const { sizes, handler } = recorder();
    const forward = throttled(handler, { window: endless, max: 4 });
    await Promise.all(Array.from({ length: 9 }, () => forward(event, withTime(context))));
    expect(sizes).toEqual([1, 4, 4]);
  });

  it('throttle() rejects each event of a group that fails', async () => {
    const { target, forward } = await throttledSlack({ window: endless, max: 3 }, answers(200), answers(404));
    const settled = await Promise.allSettled(Array.from({ length: 4 }, () => forward(event, context)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(target.requests.length).toBe(2);
  });

  it('throttle() resolves the events of a group only after the target has answered', async () => {
    const { opened, open } = gate();
    const options = { window: endless, max: 2 };
    const { target, forward } = await throttledSlack(options, answers(200), answersAfter(opened));
    await forward(event, context);
    const ended = vi.fn();
    const both = [1, 2].map(() => forward(event, context).then(ended));
    await target.received(2);
    expect(ended).not.toHaveBeenCalled();
    open();
    await Promise.all(both);
    expect(ended).toHaveBeenCalledTimes(2);
  });

  it('throttle() removes an event from its group when the signal of its handler is aborted', async () => {
    const { sizes, handler } = recorder();
    const forward = throttled(handler, { window: endless, max: 3 });
    await forward(event, context);
    const controller = new AbortController();
    const leaving = forward(event, withSignal(context, controller.signal));
    const staying = forward(event, context);
    controller.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'aborted', attempt: 0 });
    await expect(forward(event, withSignal(context, AbortSignal.abort()))).rejects.toMatchObject({
      code: 'aborted',
    });
    await Promise.all([staying, forward(event, context), forward(event, context)]);
    expect(sizes).toEqual([1, 3]);
  });

  it('throttle() continues to send a group while one of its handlers has time left', async () => {
    const { opened, open } = gate();
    const options = { window: endless, max: 2 };
    const { target, forward } = await throttledSlack(options, answers(200), answersAfter(opened));
    await forward(event, context);
    const controller = new AbortController();
    const sending = [forward(event, withSignal(context, controller.signal)), forward(event, context)];
    await target.received(2);
    controller.abort();
    open();
    await Promise.all(sending);
  });

  it('throttle() aborts the request of a group when all of its handlers are aborted', async () => {
    const { target, forward } = await throttledSlack({ window: endless, max: 2 }, answers(200), neverAnswers);
    await forward(event, context);
    const controllers = [new AbortController(), new AbortController()];
    const sending = Promise.allSettled(
      controllers.map(({ signal }) => forward(event, withSignal(context, signal))),
    );
    await target.received(2);
    for (const controller of controllers) controller.abort();
    expect(await sending).toMatchObject([{ reason: { code: 'aborted' } }, { reason: { code: 'aborted' } }]);
  });

  it('throttle() gives two groups the same id only if they contain the same events', async () => {
    const ids: string[] = [];
    const forward = throttled((_event, { id }) => void ids.push(id), { window: endless, max: 2 });
    const [other, third] = [await received('malware_detected'), await received('scan_failed')];
    await forward(event, context);
    for (const second of [other, third, other]) {
      await Promise.all([forward(event, context), forward(second.event, second.context)]);
    }
    expect(ids[0]).toBe(context.id);
    expect(ids[1]).toMatch(new RegExp(`^${context.id}-`));
    expect(ids[3]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });

  it('the close() of throttle() sends the waiting events', async () => {
    const { sizes, handler } = recorder();
    const forward = throttled(handler, { window: endless });
    await forward(event, context);
    const waiting = Promise.all([forward(event, context), forward(event, context)]);
    await forward.close();
    await waiting;
    expect(sizes).toEqual([1, 2]);
  });

  it('throttle() loses no event behind a queue when a group fails', async () => {
    const script = [answers(200), answers(500), answers(200)];
    const { target, forward } = await throttledSlack({ window: 50, max: 8 }, ...script);
    const receiver = createReceiver({ secret, queue: memoryQueue({ concurrency: 8, baseDelay: 1 }) });
    const processed = vi.fn();
    receiver.on('high_risk_event', forward, { name: 'slack' });
    receiver.onOutcome(({ status }) => void (status === 'processed' && processed()));
    for (let n = 0; n < 20; n += 1) {
      const data = { target: `host-${n}` };
      await receiver.receive(await signedDelivery('high_risk_event', { secret, data }));
    }
    await vi.waitFor(() => expect(processed).toHaveBeenCalledTimes(20), 20_000);
    await receiver.close();
    const accepted = target.requests
      .filter((_request, n) => n !== 1)
      .map(({ body }) => body)
      .join();
    for (let n = 0; n < 20; n += 1) expect(accepted).toMatch(new RegExp(`host-${n}\\b`));
    expect(target.requests.length).toBeLessThan(20);
  });
});
