import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { openTestStore, serveInspector } from '../support/serve.ts';

it.each(['/deliveries', '/nothing', '/assets/1/main.js', '/deliveries?cursor=x'])(
  'the response of %s allows no inline script, no frame, no referrer and no cache',
  async (path) => {
    const { get } = await serveInspector(openTestStore());
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  },
);

it('a page has no inline script, no inline style and no event attribute', async () => {
  const { get } = await serveInspector(openTestStore());
  const page = await (await get('/deliveries')).text();
  expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/i);
});

it('headers of a proxy do not change a page', async () => {
  const { get } = await serveInspector(openTestStore(), { auth: () => true });
  const poison = { 'x-forwarded-host': 'poison.example', 'x-forwarded-prefix': '/poison' };
  expect(await (await get('/deliveries', poison)).text()).not.toContain('poison');
});

it.each([
  '/inspector/../deliveries',
  '/inspector/%2e%2e/deliveries',
  '/inspector/assets/../../deliveries',
  '/inspector/assets/1/..%2f..%2f..%2fpackage.json',
  '/inspector//deliveries',
  '/inspectordeliveries',
  '/deliveries',
])('%s does not leave the base path', async (path) => {
  const { port } = await serveInspector(openTestStore(), { basePath: '/inspector' });
  // fetch would resolve the dots, so the path is sent over a socket.
  const { request } = await import('node:http');
  const status = await new Promise((resolve, reject) => {
    request({ port, path, host: '127.0.0.1' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(404);
});

it.each([
  ['the host 127.0.0.999, which no URL can have', { headers: { host: '127.0.0.999' } }],
  ['a user in its target', { path: 'http://user@127.0.0.1/' }],
])('answers 400, with the security headers, to a request with %s', async (_, changes) => {
  const { port } = await serveInspector(openTestStore());
  const { request } = await import('node:http');
  const { statusCode, headers } = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, host: '127.0.0.1', ...changes }, (response) => resolve(response.resume()))
      .on('error', reject)
      .end();
  });
  expect(statusCode).toBe(400);
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
});
