import { number, ratio, table } from '../report/tables.ts';
import type { HttpResult } from './http.ts';
import type { RejectionResult } from './rejections.ts';

const httpIntro = `## Adapters, over HTTP

Requests per second with a body of 0.5 KB over 16 connections on loopback. "By hand" is the same framework with the usual
hand-written receiver, which verifies an HMAC and calls \`JSON.parse\`. In Express, it gets the raw body from
\`express.json({ verify })\`, in Koa from the package raw-body, and in Hono from \`c.req.arrayBuffer()\`. In plain Node, it
reads stream events, without a limit.`;

const rejectionIntro = `## Rejected requests

Microseconds per rejected request on plain Node, and the ratio to accepting a body of about the same size. The ratio should be
at most 1. Every request opens a connection, because the receiver closes the connection after a rejection.`;

export function httpParts(results: readonly HttpResult[]): string[] {
  const rows = results.map((result) => [
    result.name,
    number(result.requestsPerSecond.median),
    number(result.cpu.median),
    result.against,
    ratio(result.ratio),
    ratio(result.cpuRatio),
  ]);
  const head = ['', 'requests/s', 'CPU µs', 'against', '× its rate', '× its rate at full CPU'];
  return [httpIntro, table(head, rows)];
}

export function rejectionParts(results: readonly RejectionResult[]): string[] {
  const rows = results.map(({ name, status, time, overAccepting }) => [
    name,
    String(status),
    number(time.median),
    ratio(overAccepting),
  ]);
  return [rejectionIntro, table(['', 'status', 'µs', '× accepting'], rows)];
}
