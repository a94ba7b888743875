import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopback } from '../server/loopback.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** What is answered beside webhooks. */
export interface Operations {
  /** Answer `/health` and `/metrics` with all details, on a separate port. */
  answer(path: string, req: IncomingMessage, res: ServerResponse): boolean;
  /**
   * The same on the webhooks' port, where strangers come by: they get to know whether it is up, and no more. All is
   * told to who asks from this machine and not through a proxy.
   */
  answerPublic(path: string, req: IncomingMessage, res: ServerResponse): boolean;
}

/** @param separate whether they have a port of their own, and the webhooks' tells nothing but the health */
export function createOperations(
  health: () => Promise<Health>,
  metrics: Metrics,
  separate: boolean,
): Operations {
  async function sendHealth(res: ServerResponse, whole: boolean): Promise<void> {
    const current = await health();
    const body = whole ? current : { status: current.status };
    send(res, current.ready ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify(body));
  }

  async function sendMetrics(res: ServerResponse): Promise<void> {
    try {
      send(res, 200, metrics.contentType, await metrics.text());
    } catch {
      // The database cannot be read: the monitoring is to see a failed scrape, not half of the numbers.
      send(res, 503, 'text/plain; charset=utf-8', 'The metrics cannot be gathered now.\n');
    }
  }

  function answer(path: string, req: IncomingMessage, res: ServerResponse, whole: boolean): boolean {
    if (path !== '/health' && !(path === '/metrics' && whole)) return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      void (path === '/health' ? sendHealth(res, whole) : sendMetrics(res));
    }
    return true;
  }

  return {
    answer: (path, req, res) => answer(path, req, res, true),
    answerPublic: (path, req, res) => answer(path, req, res, !separate && isLocal(req)),
  };
}

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res
    .writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    })
    .end(body);
}

/** Prefixes of headers that proxies and content delivery networks add. */
const ofProxies = [
  'forwarded',
  'via',
  'proxy-',
  'client-ip',
  'true-client-',
  'x-client-',
  'x-cluster-',
  'x-forward',
  'x-host',
  'x-original',
  'x-proxy',
  'x-real-',
  'x-remote-',
  'x-request-start',
  'x-rewrite-',
  'x-scheme',
  'x-ssl-',
  'x-varnish',
  'akamai-',
  'x-akamai-',
  'x-amz',
  'x-appengine-',
  'x-arr-',
  'x-azure-',
  'x-cloud-',
  'x-envoy-',
  'x-nf-',
  'x-vercel-',
  'cdn-',
  'cf-',
  'fastly-',
  'fly-',
];

/**
 * The host it is asked by has to be this machine's as well: a page in a browser here can have a name of its own
 * resolved to this address (DNS rebinding), and a proxy may hand on the name that strangers know.
 */
function isLocal({ socket, headers, httpVersion }: IncomingMessage): boolean {
  return (
    // nginx forwards requests as HTTP/1.0, with its upstream name as the host and no other header.
    httpVersion !== '1.0' &&
    isLoopback(socket.remoteAddress ?? '') &&
    isLoopback((headers.host ?? '').replace(/:\d+$/, '')) &&
    !Object.keys(headers).some((name) => ofProxies.some((begin) => name.startsWith(begin)))
  );
}
