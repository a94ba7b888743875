import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLocalRequest } from '@spiderfoot-webhooks/core/adapter';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** Answers requests for health and metrics. */
export interface Operations {
  /** Answer `/health` and `/metrics` with all details, on a separate port. */
  answer(path: string, req: IncomingMessage, res: ServerResponse): boolean;
  /**
   * Answer the same paths on the port of the webhooks, which any client may reach. Only a direct request from this
   * machine gets the details and the metrics. Any other client gets only the status.
   */
  answerPublic(path: string, req: IncomingMessage, res: ServerResponse): boolean;
}

/** @param separate whether health and metrics have a separate port. The port of the webhooks then never shows details */
export function createOperations(
  health: () => Promise<Health>,
  metrics: Metrics,
  separate: boolean,
): Operations {
  async function sendHealth(res: ServerResponse, isDetailed: boolean): Promise<void> {
    const current = await health();
    const body = isDetailed ? current : { status: current.status };
    send(res, current.ready ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify(body));
  }

  async function sendMetrics(res: ServerResponse): Promise<void> {
    try {
      send(res, 200, metrics.contentType, await metrics.text());
    } catch {
      // The store cannot be read. Monitoring should see a failed scrape instead of incomplete numbers.
      send(res, 503, 'text/plain; charset=utf-8', 'The metrics are currently unavailable.\n');
    }
  }

  function answer(path: string, req: IncomingMessage, res: ServerResponse, isDetailed: boolean): boolean {
    if (path !== '/health' && !(path === '/metrics' && isDetailed)) return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      void (path === '/health' ? sendHealth(res, isDetailed) : sendMetrics(res));
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

function isLocal({ socket, headers, httpVersion }: IncomingMessage): boolean {
  const { remoteAddress: address } = socket;
  return isLocalRequest({ address, host: headers.host, headerNames: Object.keys(headers), httpVersion });
}
