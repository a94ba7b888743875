import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { Hono } from 'hono';
import { loadAssets } from './assets/load-assets.ts';
import { assetRoutes } from './assets/routes.ts';
import { deliveryListRoutes } from './deliveries/routes.tsx';
import { pathBelow } from './layout/base-path.ts';
import { type InspectorOptions, readSettings } from './options.ts';
import type { Site } from './site.ts';

/** A fetch handler that serves the inspector. */
export interface Inspector {
  (request: Request, env?: unknown): Promise<Response>;
  /** End the event streams and stop reading the store. The store stays open. */
  close(): void;
}

/**
 * Create the inspector: a page over a store, as a fetch handler.
 *
 * Without `auth`, it serves only direct requests from this machine.
 * @throws ConfigurationError that names the option, if an option is invalid
 * @example
 * app.all('/inspector/*', (c) => inspector(c.req.raw, c.env)); // Hono, with basePath: '/inspector'
 */
export function createInspector(store: DeliveryStore, options: InspectorOptions = {}): Inspector {
  const settings = readSettings(options);
  const site: Site = { store, settings, assets: loadAssets() };
  const app = new Hono({ getPath: (request) => pathBelow(settings.basePath, request.url) });
  app.route('/', assetRoutes(site));
  app.route('/', deliveryListRoutes(site));
  return Object.assign(async (request: Request, env?: unknown) => app.fetch(request, env ?? {}), {
    close() {},
  });
}
