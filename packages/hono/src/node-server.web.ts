import { WebDelivery } from '@spiderfoot-webhooks/core/adapter';
import type { NodeServerDeliveryFactory } from './node-server.node.ts';

/**
 * A bundle for a worker or a browser has no `node:http`, so the fetch request is read. Such a bundle also works behind
 * `@hono/node-server`, but slower.
 */
export const createNodeServerDelivery: NodeServerDeliveryFactory = (_incoming, peer, request) =>
  new WebDelivery(request, peer);

/** Does nothing: other platforms have no Node response, and manage their connections themselves. */
export function prepareResponse(_env: unknown, _closesConnection: boolean): void {}
