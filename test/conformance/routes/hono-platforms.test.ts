import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { signedRequest } from '@spiderfoot-webhooks/core/testing';
import { type WebhookOptions, webhookHandler } from '@spiderfoot-webhooks/hono';
import { type ExecutionContext, Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeServer } from '../../support/adapters/hono.ts';
import { listen } from '../../support/adapters/mount.ts';
import { recordingReceiver, secret, send, webhook } from '../../support/webhooks.ts';

/** A platform that records the promises passed to waitUntil. */
function createPlatform() {
  const promises: Promise<unknown>[] = [];
  const waitUntil = (promise: Promise<unknown>) => void promises.push(promise);
  const context: ExecutionContext = { waitUntil, passThroughOnException() {}, props: {} };
  return { promises, waitUntil, context };
}

function queued(options?: WebhookOptions) {
  const { receiver, handled } = recordingReceiver({ queue: memoryQueue() });
  onTestFinished(() => receiver.close());
  return { app: new Hono().post('/webhook', webhookHandler(receiver, options)), handled };
}

const request = () => signedRequest('scan_completed', { secret, url: 'http://127.0.0.1/webhook' });

describe('a queued delivery in Hono', () => {
  it('passes a queued delivery in Hono to c.executionCtx', async () => {
    const { context, promises } = createPlatform();
    const { app, handled } = queued();
    expect((await app.fetch(await request(), {}, context)).status).toBe(202);
    expect(promises).toHaveLength(1);
    await Promise.all(promises);
    expect(handled).toHaveLength(1);
  });

  it('passes a queued delivery in Hono to the option waitUntil instead of c.executionCtx', async () => {
    const { waitUntil, promises } = createPlatform();
    const unused = createPlatform();
    const { app, handled } = queued({ waitUntil });
    expect((await app.fetch(await request(), {}, unused.context)).status).toBe(202);
    expect(promises).toHaveLength(1);
    await Promise.all(promises);
    expect(handled).toHaveLength(1);
    expect(unused.promises).toEqual([]);
  });

  it('passes a queued delivery on Node to the option waitUntil, which is not required there', async () => {
    const { waitUntil, promises } = createPlatform();
    for (const [options, expected] of [
      [{ waitUntil }, 1],
      [{}, 0],
    ] as const) {
      promises.length = 0;
      const { app } = queued(options);
      const { port, close } = await listen(nodeServer(app.fetch));
      onTestFinished(close);
      expect((await send({ port, path: '/webhook' }, await webhook())).status).toBe(202);
      expect(promises).toHaveLength(expected);
    }
  });

  it.each([
    undefined,
    null,
    'production',
    {},
    { incoming: null, outgoing: null },
    { incoming: {}, outgoing: 'file' },
    { incoming: { socket: {} } },
  ])(
    'accepts a queued delivery in Hono and rejects an unsigned one with %j as the environment',
    async (env) => {
      const { app } = queued();
      const unsigned = await request();
      unsigned.headers.delete('x-spiderfoot-signature');
      for (const [sent, status] of [
        [await request(), 202],
        [unsigned, 401],
      ] as const) {
        // The types do not allow `null`, but platforms may pass it.
        const response: unknown = await Reflect.apply(app.fetch, app, [sent, env]);
        expect(response).toMatchObject({ status });
      }
    },
  );
});
