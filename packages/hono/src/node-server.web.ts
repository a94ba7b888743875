import { WebDelivery } from '@spiderfoot-webhooks/core/web';
import type { NodeServerDeliveryFactory } from './node-server.node.ts';

/**
 * In a bundle for a worker or a browser there is no `node:http`, so the fetch request is read. A bundle that runs behind
 * `@hono/node-server` all the same works too, only slower.
 */
export const createNodeServerDelivery: NodeServerDeliveryFactory = (_incoming, peer, request) =>
  new WebDelivery(request, peer);

/** Without Node's own response there is nothing to prepare: other platforms manage their connections themselves. */
export function prepareResponse(_env: unknown, _closesConnection: boolean): void {}
