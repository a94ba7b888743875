import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createReceiver, type Outcome } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { onTestFinished } from 'vitest';
import { secret } from './command.ts';

/** Serve a listener until the test ends. @returns the URL of the webhook */
export async function serveListener(listener: RequestListener, tls?: ServerOptions): Promise<string> {
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/webhook`;
}

export interface RealReceiver {
  readonly url: string;
  readonly outcomes: readonly Outcome[];
}

/** Serve a receiver of the kit, and collect the outcomes of its deliveries. */
export async function serveReceiver(tls?: ServerOptions): Promise<RealReceiver> {
  const receiver = createReceiver({ secret });
  const outcomes: Outcome[] = [];
  receiver.onOutcome((outcome) => void outcomes.push(outcome));
  return { url: await serveListener(webhookListener(receiver), tls), outcomes };
}

/** A received request. */
export interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Serve the given answers, and collect the requests. @param answer is called with the index of the request */
export async function serveAnswers(
  answer: (index: number) => { readonly status: number; readonly body?: string },
): Promise<{ readonly url: string; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const url = await serveListener((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      seen.push({ headers: req.headers, body: Buffer.concat(chunks).toString() });
      const { status, body = '' } = answer(seen.length - 1);
      res.writeHead(status).end(body);
    });
  });
  return { url, seen };
}
