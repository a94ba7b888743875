import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLocalRequest } from '@spiderfoot-webhooks/core/adapter';
import type { HealthChecks, HealthReport } from '@spiderfoot-webhooks/telemetry/health';
import type { PrometheusMetrics } from '@spiderfoot-webhooks/telemetry/prometheus';

/** Answers requests for health and metrics. */
export interface Operations {
  /** Answer `/health`, `/livez`, `/readyz` and `/metrics` with all details, on a separate port. */
  answer(path: string, req: IncomingMessage, res: ServerResponse): boolean;
  /**
   * Answer the same paths on the port of the webhooks, which any client may reach. Only a direct request from this
   * machine gets the details and the metrics. Any other client gets only the status.
   */
  answerPublic(path: string, req: IncomingMessage, res: ServerResponse): boolean;
}

/** @param separate whether health and metrics have a separate port. The port of the webhooks then never shows details */
export function createOperations(
  { health, live, ready }: HealthChecks,
  { register, text }: Pick<PrometheusMetrics, 'register' | 'text'>,
  separate: boolean,
): Operations {
  const checks = new Map<string, () => HealthReport | Promise<HealthReport>>([
    ['/health', health],
    ['/livez', live],
    ['/readyz', ready],
  ]);

  async function sendHealth(
    res: ServerResponse,
    check: () => HealthReport | Promise<HealthReport>,
    isDetailed: boolean,
  ): Promise<void> {
    const report = await check();
    const { status } = report;
    const body = isDetailed ? report : { status };
    send(res, status === 'ok' ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify(body));
  }

  async function sendMetrics(res: ServerResponse): Promise<void> {
    try {
      send(res, 200, register.contentType, await text());
    } catch {
      // Without an answer, the scrape would wait.
      send(res, 503, 'text/plain; charset=utf-8', 'The metrics are currently unavailable.\n');
    }
  }

  function answer(path: string, req: IncomingMessage, res: ServerResponse, isDetailed: boolean): boolean {
    const check = checks.get(path);
    if (check === undefined && !(path === '/metrics' && isDetailed)) return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      void (check === undefined ? sendMetrics(res) : sendHealth(res, check, isDetailed));
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
