import { describe, expect, it, vi } from 'vitest';
import { createRouteMiddleware, type Delivery } from '../../src/adapter/index.ts';
import { createReceiver } from '../../src/index.ts';
import { signedWebhook } from '../../src/testing/index.ts';

const secret = 'pass-s3cret';

/** A middleware before a route that answers when the test says so. */
async function passing() {
  const { headers, body } = await signedWebhook('scan_completed', { secret });
  const delivery: Delivery = {
    method: 'POST',
    peer: '127.0.0.1',
    header: (name) => headers[name],
    readBody: async () => Buffer.from(body),
  };
  const receiver = createReceiver({ secret, handlerTimeout: 20 });
  const outcomes = vi.fn();
  receiver.onOutcome((outcome) => outcomes(outcome.status));
  const pass = createRouteMiddleware(receiver);
  const answers: ((status: number) => void)[] = [];
  const send = () => pass(delivery, () => new Promise((resolve) => answers.push(resolve)));
  return { send, answers, outcomes, receiver };
}

describe('a route past its time', () => {
  it('is waited for by the retry, which does not come to it while it runs', async () => {
    const { send, answers, outcomes } = await passing();
    const first = send();
    await vi.waitFor(() => expect(outcomes).toHaveBeenCalledWith('rejected'));
    const retry = send();
    answers[0]?.(200);
    // The first is answered by the route.
    expect(await first).toBeUndefined();
    expect(await retry).toMatchObject({ status: 'processed' });
    expect(await send()).toMatchObject({ status: 'duplicate' });
    expect(answers).toHaveLength(1);
  });

  it('fails each retry as long as it runs', async () => {
    const { send, answers, outcomes, receiver } = await passing();
    void send();
    await vi.waitFor(() => expect(outcomes).toHaveBeenCalledWith('rejected'));
    for (let n = 0; n < 2; n++) expect(await send()).toMatchObject({ code: 'handler_failed' });
    expect(answers).toHaveLength(1);
    await receiver.close();
  });

  it('gets the retry where it has answered an error in the end', async () => {
    const { send, answers, outcomes } = await passing();
    const first = send();
    await vi.waitFor(() => expect(outcomes).toHaveBeenCalledWith('rejected'));
    answers[0]?.(503);
    await first;
    const retry = send();
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]?.(200);
    expect(await retry).toBeUndefined();
  });
});
