import type { RequestListener } from 'node:http';
import type { PrometheusMetrics } from '@spiderfoot-webhooks/telemetry/prometheus';
import type { Operations } from '../operations/operations.ts';
import type { Report } from '../report/report.ts';

/**
 * Route a request to the webhook at its path, or to health and metrics.
 * @param webhooks the webhooks by path
 */
export function routeRequests(
  webhooks: ReadonlyMap<string, RequestListener>,
  operations: Operations,
  report: Report,
  metrics: Pick<PrometheusMetrics, 'unrouted'>,
): RequestListener {
  const paths = [...webhooks.keys()].join(', ');
  return (req, res) => {
    const path = pathOf(req.url);
    const webhook = webhooks.get(path);
    if (webhook !== undefined) return webhook(req, res);
    if (operations.answerPublic(path, req, res)) return;
    notFound(res);
    // Report only a POST, which was probably meant for a webhook. Browsers request icons, and crawlers any path.
    if (req.method === 'POST') {
      metrics.unrouted();
      report.rejectedRequest({
        status: 404,
        code: 'not_found',
        ip: req.socket.remoteAddress,
        hint: `The request was sent to ${path.slice(0, 200)}. Send webhooks to ${paths}.`,
      });
    }
  };
}

/** Serve health and metrics on a separate port. */
export function routeOperations(operations: Operations): RequestListener {
  return (req, res) => {
    if (!operations.answer(pathOf(req.url), req, res)) notFound(res);
  };
}

function pathOf(url = '/'): string {
  return url.split(/[?#]/, 1)[0] ?? '/';
}

function notFound(res: Parameters<RequestListener>[1]): void {
  const body = '{"error":"Not found"}';
  res
    .writeHead(404, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
    .end(body);
}
