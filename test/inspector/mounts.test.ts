import { createServer, type RequestListener, request } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createInspector } from '@spiderfoot-webhooks/inspector';
import { inspectorListener } from '@spiderfoot-webhooks/inspector/node';
import { openStore, type Store } from '@spiderfoot-webhooks/sqlite';
import express from 'express';
import { Hono } from 'hono';
import Koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';

const basePath = '/inspector';

/** Each mounts the inspector at `/inspector` beside another route, as docs/inspector.md shows. */
const mounts: Readonly<Record<string, (store: Store) => RequestListener>> = {
  node(store) {
    const inspector = inspectorListener(store, { basePath });
    return (req, res) => {
      if (req.url?.startsWith(basePath)) void inspector(req, res);
      else res.end('other');
    };
  },
  express(store) {
    const app = express();
    app.all('/inspector{/*path}', inspectorListener(store, { basePath }));
    app.get('/other', (_, res) => void res.send('other'));
    return app;
  },
  koa(store) {
    const app = new Koa();
    const inspector = inspectorListener(store, { basePath });
    app.use(async (ctx, next) => {
      if (!ctx.path.startsWith(basePath)) return next();
      ctx.respond = false;
      await inspector(ctx.req, ctx.res);
    });
    app.use((ctx) => {
      ctx.body = 'other';
    });
    const callback = app.callback();
    return (req, res) => void callback(req, res);
  },
  hono(store) {
    const app = new Hono();
    const inspector = createInspector(store, { basePath });
    app.all('/inspector/*', (c) => inspector(c.req.raw, c.env));
    app.get('/other', (c) => c.text('other'));
    return getRequestListener((raw, env) => app.fetch(raw, env));
  },
};

function openTestStore(): Store {
  const store = openStore(':memory:');
  onTestFinished(() => store.close());
  return store;
}

/** Serve a listener, and return its origin. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** Load a page and each of its links and assets, as a browser resolves them. Returns the paths that failed. */
async function brokenLinks(url: string): Promise<readonly string[]> {
  const page = await fetch(url);
  expect(page.status).toBe(200);
  const links = [...(await page.text()).matchAll(/ (?:href|src)="([^"#?][^"]*)"/g)].map(
    ([, link = '']) => link,
  );
  const targets = links
    .filter((link) => !link.startsWith('data:'))
    .map((link) => new URL(link, page.url).href);
  expect(targets.length).toBeGreaterThan(6);
  const statuses = await Promise.all(targets.map(async (target) => [target, (await fetch(target)).status]));
  return statuses.filter(([, status]) => status !== 200).map(String);
}

describe.each(Object.entries(mounts))('mounted in %s', (_, mount) => {
  it('serves its pages, with and without the last slash, and leaves other routes alone', async () => {
    const origin = await serve(mount(openTestStore()));
    expect(await brokenLinks(`${origin}/inspector`)).toEqual([]);
    expect(await brokenLinks(`${origin}/inspector/`)).toEqual([]);
    expect(await brokenLinks(`${origin}/inspector/deliveries`)).toEqual([]);
    expect(await (await fetch(`${origin}/other`)).text()).toBe('other');
  });
});

describe.each([
  ['keeps', '/ops/', (path: string) => path, '/ops'],
  ['removes', '/ops/', (path: string) => path.replace(/^\/ops/, ''), '/'],
])('a proxy that %s the prefix', (_, prefix, rewrite, base) => {
  it('serves pages whose links stay below the prefix', async () => {
    const target = await serve(inspectorListener(openTestStore(), { basePath: base, auth: () => true }));
    const origin = await serve((req, res) => {
      if (!req.url?.startsWith(prefix)) {
        res.writeHead(404).end();
        return;
      }
      request(`${target}${rewrite(req.url)}`, { method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      }).end();
    });
    expect(await brokenLinks(`${origin}${prefix}`)).toEqual([]);
    expect(await brokenLinks(`${origin}${prefix}rejected`)).toEqual([]);
  });
});
