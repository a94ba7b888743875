import type { Receiver } from '@spiderfoot-webhooks/core';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import { fetchBridge, peerOf, rememberPeer } from '../fetch-bridge.ts';
import { nodeServer } from './hono.ts';
import { type AdapterMounts, type MountOptions, mount } from './mount.ts';

function fetchOf(receiver: Receiver, { clientIp, readBodyFirst }: MountOptions) {
  const handle = fetchHandler(receiver, {
    clientIp: (request) =>
      clientIp === undefined ? peerOf(request) : clientIp((name) => request.headers.get(name) ?? undefined),
  });
  return async (request: Request) => {
    if (readBodyFirst) await request.arrayBuffer();
    return handle(request);
  };
}

export const fetchMounts: AdapterMounts = {
  mounts: [
    mount('fetch', '/webhook', (receiver, options) => fetchBridge(fetchOf(receiver, options))),
    mount('fetch on @hono/node-server', '/webhook', (receiver, options) => {
      const handle = fetchOf(receiver, options);
      return nodeServer((request, { incoming }) => {
        rememberPeer(request, incoming.socket.remoteAddress);
        return handle(request);
      });
    }),
  ],
};
