import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers a request that has been read, or fails to. */
export type Behavior = (response: ServerResponse, request: IncomingMessage) => void;

interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The client's port, which identifies the connection. */
  readonly port: number | undefined;
}

/** A server on loopback in the role of a target. */
export interface Target {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** The maximum number of requests that were open at the same time. */
  readonly maxConcurrent: number;
  /** Resolves when `count` requests have been read. */
  received(count: number): Promise<void>;
}

/** @param script the behavior for the first request, the second, and so on. The last one also applies to all others. */
export async function startTarget(...script: Behavior[]): Promise<Target> {
  const requests: ReceivedRequest[] = [];
  let concurrent = 0;
  let maxConcurrent = 0;
  let wake = () => {};
  const server = createServer(async (request, response) => {
    concurrent += 1;
    maxConcurrent = Math.max(maxConcurrent, concurrent);
    response.on('close', () => {
      concurrent -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url: path, headers, socket } = request;
    const behave = script[Math.min(requests.length, script.length - 1)];
    const body = Buffer.concat(chunks).toString();
    requests.push({ method, path, headers, body, port: socket.remotePort });
    wake();
    behave?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get maxConcurrent() {
      return maxConcurrent;
    },
    async received(count) {
      while (requests.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

export function answers(status: number, body = 'ok', headers: Record<string, string> = {}): Behavior {
  return (response) => response.writeHead(status, headers).end(body);
}

/** Answer when the promise resolves. */
export function answersAfter(promise: Promise<unknown>, status = 200): Behavior {
  return (response) => void promise.then(() => response.writeHead(status).end('ok'));
}

export const neverAnswers: Behavior = () => {};

export const resets: Behavior = (_response, request) => request.socket.resetAndDestroy();

export const answersGarbage: Behavior = (_response, request) =>
  request.socket.end('\0\x01 this is not HTTP\r\n\r\n');

/** Send a status and the beginning of a body, but never the rest. */
export function stalls(status: number): Behavior {
  return (response) => void response.writeHead(status, { 'content-length': '100' }).write('so far');
}

/** Send a status and an endless body. */
export function floods(status: number): Behavior {
  return (response) => {
    response.writeHead(status);
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', pour);
    pour();
  };
}
