import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { decodeOtlp } from './otlp-proto.ts';
import { serving } from './serving.ts';

const hex = z.string().transform((base64) => Buffer.from(base64, 'base64').toString('hex'));

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]])));

const span = z.object({
  traceId: hex,
  spanId: hex,
  parentSpanId: hex.optional(),
  name: z.string(),
  kind: z.number(),
  attributes,
  events: z.array(z.unknown()).default([]),
  links: z.array(z.object({ traceId: hex, spanId: hex, traceState: z.string().optional() })).default([]),
  status: z.object({ code: z.number().default(0), message: z.string().optional() }).default({ code: 0 }),
});

type CollectedSpan = z.output<typeof span>;

const traces = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});

const point = z.object({
  asDouble: z.number().optional(),
  asInt: z.number().optional(),
  count: z.number().optional(),
  explicitBounds: z.array(z.number()).optional(),
  attributes,
});
const points = z.object({ dataPoints: z.array(point) });
const metric = z.object({
  name: z.string(),
  unit: z.string().default(''),
  gauge: points.optional(),
  sum: points.optional(),
  histogram: points.optional(),
});

type CollectedMetric = z.output<typeof metric>;

const metrics = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(z.object({ metrics: z.array(metric) })) })),
});

/** Serve an OTLP collector that decodes protobuf, until the test ends. */
export async function collecting() {
  const spans: CollectedSpan[] = [];
  /** The metrics of the last export, by name. */
  const metricsByName = new Map<string, CollectedMetric>();
  const root = await serving(async (req, res) => {
    const bytes = await buffer(req);
    const body = req.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    if (req.headers['content-type'] !== 'application/x-protobuf') res.statusCode = 415;
    else if (req.url === '/v1/traces') {
      const { resourceSpans } = traces.parse(decodeOtlp('Trace', body));
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    } else if (req.url === '/v1/metrics') {
      const { resourceMetrics } = metrics.parse(decodeOtlp('Metrics', body));
      const all = resourceMetrics.flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap((scope) => scope.metrics),
      );
      for (const each of all) metricsByName.set(each.name, each);
    } else res.statusCode = 404;
    res.setHeader('content-type', 'application/x-protobuf').end();
  });
  return { url: root.slice(0, -1), spans, metrics: metricsByName };
}
