import {
  createPrometheusMetrics,
  type ObservableStore,
  type PrometheusMetrics,
} from '@spiderfoot-webhooks/telemetry/prometheus';
import { Counter, collectDefaultMetrics } from 'prom-client';

/** The metrics that `GET /metrics` returns. */
export interface Metrics extends PrometheusMetrics {
  /** Count a TLS connection that failed before a request arrived. @param code OpenSSL's or Node's code */
  tlsFailed(code: string): void;
}

/** Create the metrics of the receivers, the store, the TLS server and the process. */
export function createMetrics(store: ObservableStore | undefined): Metrics {
  const metrics = createPrometheusMetrics(store && { store });
  const { register } = metrics;
  collectDefaultMetrics({ register });
  const tlsFailures = new Counter({
    name: 'spiderfoot_webhook_tls_failures_total',
    help: 'TLS connections that failed before a request arrived',
    labelNames: ['code'],
    registers: [register],
  });
  return {
    ...metrics,
    tlsFailed: (code) => tlsFailures.inc({ code: /^[A-Z][A-Z\d_]{1,80}$/.test(code) ? code : 'other' }),
  };
}
