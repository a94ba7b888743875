import { createAdaptorServer } from '@hono/node-server';
import { createInspector } from '@spiderfoot-webhooks/inspector';
import { Hono } from 'hono';
import { expect, it, onTestFinished } from 'vitest';
import { openTestStore } from './support/serve.ts';

it('the path of Hono app.mount is redirected to the same path with a slash', async () => {
  const inspector = createInspector(openTestStore());
  const app = new Hono();
  app.mount('/a/inspector', inspector);
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    inspector.close();
    server.close();
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const overview = await fetch(`${origin}/a/inspector?range=week`);
  expect([overview.status, overview.url]).toEqual([200, `${origin}/a/inspector/?range=week`]);
  expect((await fetch(`${origin}/a/inspector/deliveries`)).status).toBe(200);
});
