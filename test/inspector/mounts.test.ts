import { createServer } from 'node:http';
import { inspectorListener } from '@spiderfoot-webhooks/inspector/node';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { expect, it, onTestFinished } from 'vitest';

it('serves the inspector from a plain Node server', async () => {
  const store = openStore(':memory:');
  const server = createServer(inspectorListener(store));
  onTestFinished(async () => {
    server.close();
    await store.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const response = await fetch(`http://127.0.0.1:${port}/deliveries`);
  expect(response.status).toBe(200);
});
