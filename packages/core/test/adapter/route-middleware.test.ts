import { describe, expect, it, vi } from 'vitest';
import { createRouteMiddleware } from '../../src/adapter/index.ts';
import { createReceiver } from '../../src/index.ts';
import { deliveryFactory, secret } from '../support/sender.ts';

/** Create a middleware before a route. The test sets the status of each response of the route. */
async function createRoute() {
  const createDelivery = await deliveryFactory();
  const receiver = createReceiver({ secret, handlerTimeout: 20 });
  const outcomes = vi.fn();
  receiver.onOutcome((outcome) => outcomes(outcome.status));
  const handle = createRouteMiddleware(receiver);
  const responses: ((status: number) => void)[] = [];
  const send = () => handle(createDelivery(), () => new Promise((resolve) => responses.push(resolve)));
  return { send, responses, outcomes, receiver };
}

describe('a route that exceeds handlerTimeout', () => {
  it('does not run a slow route again for a retry, which waits for its response', async () => {
    const { send, responses, outcomes } = await createRoute();
    const first = send();
    await vi.waitFor(() => expect(outcomes).toHaveBeenCalledWith('rejected'));
    const retry = send();
    responses[0]?.(200);
    // The route responds to the first request.
    expect(await first).toBeUndefined();
    expect(await retry).toMatchObject({ status: 'processed' });
    expect(await send()).toMatchObject({ status: 'duplicate' });
    expect(responses).toHaveLength(1);
  });

  it('fails each retry while a slow route runs', async () => {
    const { send, responses, outcomes, receiver } = await createRoute();
    void send();
    await vi.waitFor(() => expect(outcomes).toHaveBeenCalledWith('rejected'));
    for (let n = 0; n < 2; n++) expect(await send()).toMatchObject({ code: 'handler_failed' });
    expect(responses).toHaveLength(1);
    await receiver.close();
  });

  it('runs a slow route again for a retry if its late response is an error', async () => {
    const { send, responses, outcomes } = await createRoute();
    const first = send();
    await vi.waitFor(() => expect(outcomes).toHaveBeenCalledWith('rejected'));
    responses[0]?.(503);
    await first;
    const retry = send();
    await vi.waitFor(() => expect(responses).toHaveLength(2));
    responses[1]?.(200);
    expect(await retry).toBeUndefined();
  });
});
