import type { Hono } from 'hono';
import { createRoutes, type Site, type SiteEnv } from '../site.ts';

/** The scripts and the style, below a path that contains the hash of their content. */
export function assetRoutes({ assets }: Site): Hono<SiteEnv> {
  const app = createRoutes();
  app.get('/assets/:version/:name{.+}', (c) => {
    const asset = c.req.param('version') === assets.version ? assets.get(c.req.param('name')) : undefined;
    if (asset === undefined) return c.notFound();
    return c.body(asset.body, 200, {
      'content-type': asset.type,
      'cache-control': 'private, max-age=31536000, immutable',
    });
  });
  return app;
}
