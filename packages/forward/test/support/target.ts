import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a target does with a request that it has read. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Tells connections apart. */
  readonly port: number | undefined;
}

/** A real server on loopback that plays a target, and misbehaves as it is told. */
export interface Target {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** The most requests that were being answered at once. */
  readonly mostAtOnce: number;
  /** Resolves when so many requests have been read. */
  received(count: number): Promise<void>;
}

/** @param script what it does with the first request, the second, …; the last goes on for ever */
export async function startTarget(...script: Behaviour[]): Promise<Target> {
  const requests: ReceivedRequest[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  let wake = () => {};
  const server = createServer(async (request, response) => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.on('close', () => {
      atOnce -= 1;
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
    get mostAtOnce() {
      return mostAtOnce;
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

export function answers(status: number, body = 'ok', headers: Record<string, string> = {}): Behaviour {
  return (response) => response.writeHead(status, headers).end(body);
}

/** Answers when the promise says so. */
export function answersAfter(promise: Promise<unknown>, status = 200): Behaviour {
  return (response) => void promise.then(() => response.writeHead(status).end('ok'));
}

export const neverAnswers: Behaviour = () => {};

export const resets: Behaviour = (_response, request) => request.socket.resetAndDestroy();

export const answersGarbage: Behaviour = (_response, request) =>
  request.socket.end('\0\x01 this is no HTTP\r\n\r\n');

/** A status, and the beginning of a body that never ends, for want of a byte. */
export function stalls(status: number): Behaviour {
  return (response) => void response.writeHead(status, { 'content-length': '100' }).write('so far');
}

/** A status, and more than anybody wants to read. */
export function floods(status: number): Behaviour {
  return (response) => {
    response.writeHead(status);
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', pour);
    pour();
  };
}
