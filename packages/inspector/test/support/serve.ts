import { createServer } from 'node:http';
import { createReceiver } from '@spiderfoot-webhooks/core';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import type { InspectorOptions } from '@spiderfoot-webhooks/inspector';
import { inspectorListener } from '@spiderfoot-webhooks/inspector/node';
import { openStore, type Store } from '@spiderfoot-webhooks/sqlite';
import { onTestFinished } from 'vitest';

const secret = 'inspector-s3cret';

/** Open a store in memory that is closed when the test ends. */
export function openTestStore(): Store {
  const store = openStore(':memory:');
  onTestFinished(() => store.close());
  return store;
}

/** Record processed events, one for each type. */
export async function recordEvents(store: Store, ...types: readonly string[]): Promise<void> {
  const receiver = createReceiver({ secret, log: store });
  receiver.onAny(() => {}, { name: 'archive' });
  for (const [index, type] of types.entries()) {
    const timestamp = new Date(Date.now() - index * 1000);
    await receiver.receive(await signedDelivery(type, { secret, timestamp }));
  }
  await receiver.close();
}

/** A served inspector. */
export interface Served {
  readonly origin: string;
  readonly port: number;
  /** Send a request without following redirects. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Load a page with its cookie and token, and send a form of it. */
  post(path: string, fields: Fields, changes?: PostChanges): Promise<Response>;
}

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Changes to a genuine request of a form, for an attack. */
interface PostChanges {
  readonly token?: string;
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serve an inspector on a port of its own, as `inspectorListener` does. */
export async function serveInspector(store: DeliveryStore, options: InspectorOptions = {}): Promise<Served> {
  const inspector = inspectorListener(store, options);
  const server = createServer(inspector);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    inspector.close();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;
  const { basePath = '/' } = options;
  const login = loginOf(options);

  const get: Served['get'] = (path, headers = {}) =>
    fetch(origin + path, { headers: { ...login, ...headers }, redirect: 'manual' });

  return {
    origin,
    port,
    get,
    async post(path, fields, { token, cookie, headers = { origin } } = {}) {
      const page = await get(`${basePath.replace(/\/?$/, '/')}deliveries`);
      const genuine = page.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const body = new URLSearchParams({ csrf: token ?? genuine.split('=')[1] ?? '' });
      for (const [name, values] of Object.entries(fields)) {
        for (const value of typeof values === 'string' ? [values] : values) body.append(name, value);
      }
      return fetch(origin + path, {
        method: 'POST',
        headers: { ...login, cookie: cookie ?? genuine, ...headers },
        body,
        redirect: 'manual',
      });
    },
  };
}

function loginOf({ auth }: InspectorOptions): Readonly<Record<string, string>> {
  return typeof auth === 'object' ? { authorization: basic(auth.user, auth.password) } : {};
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
