import { createServer } from 'node:http';
import { inspectorListener } from '@spiderfoot-webhooks/inspector/node';
import { expect, it, onTestFinished } from 'vitest';
import { openTestStore } from './support/serve.ts';

it('the path of Express app.use is redirected to the same path with a slash', async () => {
  const inspector = inspectorListener(openTestStore());
  const server = createServer((request, response) => {
    // Express sets these properties.
    const { url: originalUrl = '' } = request;
    const url = originalUrl.slice('/inspector'.length).replace(/^(?!\/)/, '/');
    void inspector(Object.assign(request, { baseUrl: '/inspector', originalUrl, url }), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    inspector.close();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const redirect = await fetch(`${origin}/inspector`, { redirect: 'manual' });
  expect(redirect.headers.get('cache-control')).toBe('no-store');
  const response = await fetch(`${origin}/inspector`);
  expect([response.status, response.url]).toEqual([200, `${origin}/inspector/`]);
});
