import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Health } from './health.ts';
import { isLoopback } from './loopback.ts';
import type { Metrics } from './metrics.ts';

/** What is answered beside webhooks. */
export interface Operations {
  /** Answers `/health` and `/metrics` with all there is: for a port of one's own. */
  answer(path: string, req: IncomingMessage, res: ServerResponse): boolean;
  /**
   * The same on the webhooks' port, where strangers come by: they get to know whether it is up, and no more. All is told to
   * who asks from this machine and not through a proxy.
   */
  answerStrangers(path: string, req: IncomingMessage, res: ServerResponse): boolean;
}

/** @param separate whether they have a port of their own, and the webhooks' tells nothing but the health */
export function createOperations(
  health: () => Promise<Health>,
  metrics: Metrics,
  separate: boolean,
): Operations {
  async function sendHealth(res: ServerResponse, whole: boolean): Promise<void> {
    const told = await health();
    const body = whole ? told : { status: told.status };
    send(res, told.ready ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify(body));
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
    answerStrangers: (path, req, res) => answer(path, req, res, !separate && isLocal(req)),
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

/** A proxy on this machine asks from here for everybody: what it adds gives it away. */
const proxyHeaders = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

/**
 * The host it is asked by has to be this machine's as well: a page in a browser here can have a name of its own resolved to
 * this address (DNS rebinding), and a proxy may hand on the name that strangers know.
 */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  return (
    isLoopback(socket.remoteAddress ?? '') &&
    isLoopback((headers.host ?? '').replace(/:\d+$/, '')) &&
    proxyHeaders.every((name) => headers[name] === undefined)
  );
}
