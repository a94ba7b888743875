import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createAdmission } from './access/authenticate.ts';
import { csrfProtection } from './access/csrf.ts';
import { withSecurityHeaders } from './access/security-headers.ts';
import { loadAssets } from './assets/load-assets.ts';
import { assetRoutes } from './assets/routes.ts';
import { deadLetterRoutes } from './dead-letters/routes.tsx';
import { createEventSeverities } from './deliveries/event-severities.ts';
import { deliveryListRoutes } from './deliveries/routes.tsx';
import { deliveryRoutes } from './delivery/routes.tsx';
import { createStoredTypes } from './filters/event-types.ts';
import { pathBelow } from './layout/base-path.ts';
import { notFoundPage, sendFailure } from './layout/failures.tsx';
import { createQueueNumbers } from './layout/queue-numbers.ts';
import { createLiveStreams } from './live/live-streams.ts';
import { liveRoutes } from './live/routes.ts';
import { type InspectorOptions, readSettings } from './options.ts';
import { overviewRoutes } from './overview/routes.tsx';
import { createDiagnoser } from './rejected/diagnoser.ts';
import { rejectedRoutes } from './rejected/routes.tsx';
import { createRecentReplays } from './replay/recent-replays.ts';
import { replayRoutes } from './replay/routes.ts';
import type { Site, SiteEnv } from './site.ts';
import { tryItRoutes } from './try-it/routes.tsx';

/** A fetch handler that serves the inspector. */
export interface Inspector {
  (request: Request, env?: unknown): Promise<Response>;
  /** End the event streams and a running diagnosis, and stop reading the store. The store stays open. */
  close(): void;
}

/** The most bytes of a form. */
const maxFormSize = 1024 * 1024;

/**
 * Create the inspector: a page over a store, as a fetch handler.
 *
 * Without `auth`, it serves only direct requests from this machine.
 * @throws ConfigurationError that names the option, if an option is invalid
 * @example
 * const inspector = createInspector(store, { basePath: '/inspector' });
 * app.all('/inspector/*', (c) => inspector(c.req.raw, c.env)); // Hono
 */
export function createInspector(store: DeliveryStore, options: InspectorOptions = {}): Inspector {
  const settings = readSettings(options);
  const site: Site = {
    ...{ store, settings, assets: loadAssets() },
    ...{ storedTypes: createStoredTypes(store), severities: createEventSeverities(store) },
    diagnoser: createDiagnoser(settings),
    ...{ health: createQueueNumbers(store), replays: createRecentReplays() },
  };
  const streams = createLiveStreams(site);
  const admit = createAdmission(settings);
  const app = new Hono<SiteEnv>({ getPath: (request) => pathBelow(settings.basePath, request.url) });
  app.onError((error, c) => sendFailure(c, site, error));
  app.notFound((c) => notFoundPage(c, site));
  // The order matters: a stranger must not cause any work, and a change must not be made before it is checked.
  app.use(async (c, next) => (await admit(c.req.raw, c.env)) ?? next());
  app.use(async (c, next) => {
    await next();
    // Hono drops the body of a response to HEAD. Without this line, its event stream or export would stay open.
    if (c.req.method === 'HEAD') await c.res.body?.cancel();
  });
  app.use(async (c, next) => {
    if (['GET', 'HEAD', 'POST'].includes(c.req.method)) return next();
    return c.text('The inspector supports only GET, HEAD and POST.\n', 405, { allow: 'GET, HEAD, POST' });
  });
  app.use(bodyLimit({ maxSize: maxFormSize }));
  app.use(csrfProtection(settings));
  app.route('/', assetRoutes(site));
  app.route('/', overviewRoutes(site));
  app.route('/', deliveryListRoutes(site));
  app.route('/', deliveryRoutes(site));
  app.route('/', replayRoutes(site));
  app.route('/', deadLetterRoutes(site));
  app.route('/', rejectedRoutes(site));
  app.route('/', tryItRoutes(site));
  app.route('/', liveRoutes(site, streams));
  const answer = async (request: Request, env: unknown = {}) =>
    withSecurityHeaders(
      refuseInvalidUrl(request) ??
        redirectToSlash(request, env, settings.basePath) ??
        (await app.fetch(request, Object(env))),
    );
  return Object.assign(answer, {
    close() {
      streams.close();
      void site.diagnoser.close();
    },
  });
}

/** Reject the invalid URLs that a server passes on: a host such as `127.0.0.999`, and a target such as `http://user@host/`. */
function refuseInvalidUrl({ url }: Request): Response | undefined {
  const parsed = URL.parse(url);
  if (parsed?.username === '' && parsed.password === '') return undefined;
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return new Response('The host in the request is invalid.\n', { status: 400, headers });
}

/**
 * Links are relative to the base path, so it must end with a slash. Hono's `app.mount` removes the path from the URL, and
 * `@hono/node-server` keeps it in `env.incoming`.
 */
function redirectToSlash({ url }: Request, env: unknown, basePath: string): Response | undefined {
  const { pathname, search } = new URL(url);
  const original = basePath === '/' && pathname === '/' ? originalPath(env) : pathname;
  if (original === undefined || original.endsWith('/')) return undefined;
  if (original === pathname && `${pathname}/` !== basePath) return undefined;
  return new Response(null, {
    status: 308,
    headers: { location: `./${original.split('/').at(-1)}/${search}` },
  });
}

function originalPath(env: unknown): string | undefined {
  const { url } = Object(Object(env).incoming);
  return typeof url === 'string' && url.startsWith('/') ? url.split('?')[0] : undefined;
}
