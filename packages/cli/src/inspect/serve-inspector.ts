import { createServer } from 'node:http';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import type { InspectorOptions } from '@spiderfoot-webhooks/inspector';
import { type ListeningServer, listenOn } from '../server/listening-server.ts';

/** Only programs on this machine can connect. The inspector also checks each request. */
const host = '127.0.0.1';

/** The port of the inspector. */
export interface InspectorPort {
  /** 0 for a free port. */
  readonly port: number;
  /** Whether any other free port will do. */
  readonly mayDiffer: boolean;
}

/**
 * Return the port of the inspector beside a receiver.
 * @param given the port in the flag
 * @param webhooks the port of the webhooks. By default, the inspector uses the next port
 */
export function inspectorPort(given: number | undefined, webhooks: number): InspectorPort {
  if (given !== undefined) return { port: given, mayDiffer: false };
  return { port: webhooks === 0 || webhooks === 65_535 ? 0 : webhooks + 1, mayDiffer: true };
}

/** Serve the inspector on this machine. Rejects if the port is in use and another one will not do. */
export async function serveInspector(
  store: DeliveryStore,
  options: InspectorOptions,
  { port, mayDiffer }: InspectorPort,
): Promise<ListeningServer> {
  const { inspectorListener } = await import('@spiderfoot-webhooks/inspector/node');
  const listener = inspectorListener(store, options);
  const open = (wanted: number) => listenOn(createServer(listener), host, wanted);
  const { url, close } = await open(port).catch((error: unknown) => {
    if (mayDiffer) return open(0);
    throw error;
  });
  return {
    url,
    close() {
      listener.close();
      close();
    },
  };
}
