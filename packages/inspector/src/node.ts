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
  /** End the event streams and stop reading the store. The store stays open. */
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
      await listener(incoming, outgoing);
    },
    { close: inspector.close },
  );
}
