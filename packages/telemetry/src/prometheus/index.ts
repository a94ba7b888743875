/**
 * Metrics of receivers and their store for Prometheus, with prom-client.
 *
 * Start with {@link createPrometheusMetrics}.
 * @packageDocumentation
 */
export type { ObservedForwarding } from '../metrics/observe-forwarder.ts';
export type { ObservableReceiver } from '../metrics/observe-receiver.ts';
export type { ObservableStore } from '../store/read-store.ts';
export {
  createPrometheusMetrics,
  type ObserveOptions,
  type PrometheusMetrics,
  type PrometheusMetricsOptions,
} from './prometheus-metrics.ts';
