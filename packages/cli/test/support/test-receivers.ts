import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createReceiver, type Outcome } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { onTestFinished } from 'vitest';
import { secret } from './command.ts';

/** Serves until the test is over. */
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

/** A receiver of the kit's own, and what it makes of each delivery. */
export async function serveReceiver(tls?: ServerOptions): Promise<RealReceiver> {
  const receiver = createReceiver({ secret });
  const outcomes: Outcome[] = [];
  receiver.onOutcome((outcome) => void outcomes.push(outcome));
  return { url: await serveListener(webhookListener(receiver), tls), outcomes };
}

/** A request as it came. */
export interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that keeps what comes, and answers as it is told. */
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
