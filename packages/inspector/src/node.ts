/**
 * Serve the inspector from `node:http`, Express or Koa.
 * @packageDocumentation
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { createInspector } from './inspector.ts';
import type { InspectorOptions } from './options.ts';

/** A request listener that serves the inspector. */
export interface InspectorListener {
  (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
  /** End the event streams and a running diagnosis, and stop reading the store. The store stays open. */
  close(): void;
}

/**
 * Create a request listener that serves the inspector.
 * @throws ConfigurationError that names the option, if an option is invalid
 * @example
 * createServer(inspectorListener(store)).listen(8081, '127.0.0.1');
 */
export function inspectorListener(store: DeliveryStore, options: InspectorOptions = {}): InspectorListener {
  const inspector = createInspector(store, options);
  const listener = getRequestListener((request, env) => inspector(request, env), {
    overrideGlobalObjects: false,
  });
  return Object.assign(
    async (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const folder = folderWithoutSlash(incoming);
      if (folder === undefined) await listener(incoming, outgoing);
      // Without this header, a cache may keep a permanent redirect.
      else outgoing.writeHead(308, { location: `./${folder}/`, 'cache-control': 'no-store' }).end();
    },
    { close: inspector.close },
  );
}

/**
 * Return the last part of the path if Express's `app.use` has removed the whole path, which lacks the slash at its end. The
 * relative links of the page would lead outside.
 */
function folderWithoutSlash(incoming: IncomingMessage): string | undefined {
  if (!('baseUrl' in incoming && 'originalUrl' in incoming)) return undefined;
  const { baseUrl, originalUrl } = incoming;
  if (typeof originalUrl !== 'string' || originalUrl.split('?')[0] !== baseUrl) return undefined;
  return baseUrl === '' ? undefined : originalUrl.split('?')[0]?.split('/').at(-1);
}
