import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import type { LogEntry } from '@spiderfoot-webhooks/core/stores';
import { type SignedOptions, signedWebhook, type TestEventType } from '@spiderfoot-webhooks/core/testing';
import type { InspectorOptions } from '@spiderfoot-webhooks/inspector';
import { inspectorListener } from '@spiderfoot-webhooks/inspector/node';
import type { openStore as openPostgres } from '@spiderfoot-webhooks/postgres';
import { openStore as openSqlite } from '@spiderfoot-webhooks/sqlite';

export const secret = 'browser-test-s3cret';

/** A store whose deliveries can be inspected and replayed. */
export type Store = ReturnType<typeof openSqlite> | ReturnType<typeof openPostgres>;

/** A receiver and an inspector over one store, on a port of their own. */
export interface Inspected {
  /** The URL of the inspector. It ends with a slash. */
  readonly url: string;
  /** The URL of the receiver. */
  readonly webhookUrl: string;
  readonly server: Server;
  readonly store: Store;
  readonly receiver: Receiver;
  /** Send a signed event. Resolves with the status of the response. */
  send(type: TestEventType, options?: Partial<SignedOptions>): Promise<number>;
  close(): Promise<void>;
}

/**
 * Serve a receiver at `/webhook` and an inspector at `/inspector/`.
 * @param addHandlers registers the handlers of the receiver
 */
export async function inspect(
  store: Store,
  addHandlers: (receiver: Receiver) => void = () => {},
  options: InspectorOptions = {},
): Promise<Inspected> {
  const receiver = createReceiver({ secret, queue: store, keepRejected: 20 });
  addHandlers(receiver);
  await receiver.start();
  const inspector = inspectorListener(store, { basePath: '/inspector', secret, receiver, ...options });
  const webhooks = webhookListener(receiver);
  const server = createServer((request, response) => {
    void (request.url?.startsWith('/webhook') ? webhooks : inspector)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/inspector/`,
    webhookUrl: `${origin}/webhook`,
    server,
    store,
    receiver,
    async send(type, sent = {}) {
      const { url, ...init } = await signedWebhook(type, { secret, url: `${origin}/webhook`, ...sent });
      return (await fetch(url, init)).status;
    },
    async close() {
      inspector.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await receiver.close();
      await store.close();
    },
  };
}

/** Open a SQLite file that is deleted when `release` is called. */
export function sqliteStore(maxAttempts = 1): { readonly store: Store; release(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'inspector-'));
  return {
    store: openSqlite(join(folder, 'webhooks.db'), { pollInterval: 50, maxAttempts }),
    release: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Record deliveries, oldest first. */
export async function recordAll(store: Store, entries: readonly LogEntry[]): Promise<void> {
  await Promise.all(entries.map((entry) => store.record(entry)));
}
