import type { IncomingMessage, RequestListener } from 'node:http';

const peers = new WeakMap<Request, string | undefined>();

export function rememberPeer(request: Request, address: string | undefined): void {
  peers.set(request, address);
}

/** The socket's address of a request that was received through a bridge. */
export function peerOf(request: Request): string | undefined {
  return peers.get(request);
}

/** Serves a fetch handler from `node:http`, as a fetch platform would: request bodies are streams and can be canceled. */
export function fetchBridge(handle: (request: Request) => Promise<Response>): RequestListener {
  return (req, res) => {
    const request = toRequest(req);
    const answered = request === undefined ? new Response(null, { status: 405 }) : handle(request);
    Promise.resolve(answered)
      .catch(() => new Response(null, { status: 500 }))
      .then(async (response) => {
        const body = Buffer.from(await response.arrayBuffer());
        if (!res.destroyed) res.writeHead(response.status, [...response.headers]).end(body);
        // Discard an unread body, so that the client is not blocked while it writes.
        if (request?.body?.locked === false) await request.body.cancel();
        req.resume();
      })
      .catch((error: unknown) => res.destroy(error instanceof Error ? error : undefined));
  };
}

function toRequest(req: IncomingMessage): Request | undefined {
  const headers = new Headers();
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    headers.append(req.rawHeaders[i] ?? '', req.rawHeaders[i + 1] ?? '');
  }
  const { method = 'GET' } = req;
  const bodyless = method === 'GET' || method === 'HEAD';
  try {
    const request = new Request(`http://127.0.0.1${req.url?.startsWith('/') ? req.url : '/'}`, {
      method,
      headers,
      ...(!bodyless && { body: toStream(req), duplex: 'half' }),
    });
    rememberPeer(request, req.socket.remoteAddress);
    return request;
  } catch {
    // fetch does not support TRACE.
    return undefined;
  }
}

function toStream(req: IncomingMessage): ReadableStream<Uint8Array> {
  let cancelled = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      req.on('data', (chunk: Buffer) => {
        if (cancelled) return;
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 0) <= 0) req.pause();
      });
      req.on('end', () => cancelled || controller.close());
      req.on('error', (error) => cancelled || controller.error(error));
    },
    pull: () => void req.resume(),
    cancel() {
      cancelled = true;
      req.resume();
    },
  });
}
