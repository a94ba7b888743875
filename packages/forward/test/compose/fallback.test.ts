import { RetryLaterError } from '@spiderfoot-webhooks/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fallback } from '../../src/index.ts';
import { slack } from '../../src/slack/index.ts';
import { webhook } from '../../src/webhook/index.ts';
import { received, withSignal } from '../support/events.ts';
import { noRetries } from '../support/options.ts';
import { answers, neverAnswers, startTarget } from '../support/target.ts';

describe('fallback', () => {
  it('fallback() tries the next handler when one fails, and stops after the first success', async () => {
    const [down, up, unused] = [
      await startTarget(answers(500)),
      await startTarget(answers(200)),
      await startTarget(answers(200)),
    ];
    const alert = fallback(
      slack({ url: down.url, ...noRetries }),
      webhook({ url: up.url, secret: 's', ...noRetries }),
      slack({ url: unused.url, ...noRetries }),
    );
    onTestFinished(() => alert.close());
    const { event, context } = await received('high_risk_event');
    await alert(event, context);
    expect([down, up, unused].map(({ requests }) => requests.length)).toEqual([1, 1, 0]);
  });

  it('fallback() throws a FallbackError with the error of each handler when all handlers fail', async () => {
    const down = await startTarget(answers(503, 'busy', { 'retry-after': '90' }));
    const pagerError = new RetryLaterError(30, 'the pager is\nbusy');
    const alert = fallback(slack({ url: down.url, ...noRetries }), () => {
      throw pagerError;
    });
    onTestFinished(() => alert.close());
    const { event, context } = await received('high_risk_event');
    const error: unknown = await alert(event, context).catch((error: unknown) => error);
    expect(error).toMatchObject({
      name: 'FallbackError',
      code: 'all_failed',
      attempt: 2,
      retryAfter: 30,
      errors: [{ code: 'unavailable', retryAfter: 90 }, pagerError],
    });
    expect(String(error)).toContain('status 503');
    expect(String(error)).toContain('the pager is busy');
    expect(Object.keys(Object(error))).not.toContain('errors');
  });

  it('fallback() sets no retryAfter when one of the failed handlers asked for no wait', async () => {
    const alert = fallback(
      () => Promise.reject(new RetryLaterError(60, 'later')),
      () => Promise.reject(new Error('broken')),
    );
    const { event, context } = await received('high_risk_event');
    await expect(alert(event, context)).rejects.toMatchObject({ code: 'all_failed', retryAfter: undefined });
  });

  it("fallback() tries no further handler when the handler's signal is aborted", async () => {
    const target = await startTarget(neverAnswers);
    const second = vi.fn();
    const alert = fallback(slack({ url: target.url, ...noRetries }), second);
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
