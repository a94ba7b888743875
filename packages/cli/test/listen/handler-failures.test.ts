import { createReceiver } from '@spiderfoot-webhooks/core';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import { expect, it, vi } from 'vitest';
import { type ReportedFailure, reportErrors } from '../../src/listen/report/handler-failures.ts';
import { secret } from '../support/command.ts';

it('reports each failed attempt with its own next step, and the last one as a dead letter', async () => {
  const queue = memoryQueue({ maxAttempts: 2, baseDelay: 1, maxDelay: 1 });
  const receiver = createReceiver({ secret, queue });
  receiver.onAny(
    () => {
      throw new Error('no route');
    },
    { name: 'slack' },
  );
  const failures: ReportedFailure[] = [];
  reportErrors(receiver, { handlerFailed: (failure) => failures.push(failure), failed: () => {} });
  const { url, ...init } = await signedWebhook('scan_failed', { secret, url: 'http://127.0.0.1/webhook' });
  expect((await fetchHandler(receiver)(new Request(url, init))).status).toBe(202);
  await vi.waitFor(() => expect(failures).toHaveLength(2));
  await receiver.close();
  const same = { handler: 'slack', eventType: 'scan_failed', message: 'no route', id: expect.any(String) };
  expect(failures).toMatchObject([
    { ...same, attempt: 1, next: 'retry', nextAttempt: expect.any(Date) },
    { ...same, attempt: 2, next: 'dead_letter', nextAttempt: undefined },
  ]);
});
