import type { RequestListener } from 'node:http';
import type { Receiver } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { type AdapterMounts, type MountOptions, mount } from './mount.ts';

function nodeListener(
  receiver: Receiver,
  { clientIp, readBodyFirst, before }: MountOptions,
): RequestListener {
  const listener = webhookListener(
    receiver,
    clientIp && { clientIp: (req) => clientIp((name) => req.headers[name]?.toString()) },
  );
  return async (req, res) => {
    before?.(req, res);
    if (readBodyFirst) for await (const _chunk of req);
    await listener(req, res);
  };
}

export const nodeMounts: AdapterMounts = {
  mounts: [mount('node', '/webhook', nodeListener)],
};
