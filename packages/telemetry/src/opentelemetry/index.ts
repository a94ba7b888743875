/**
 * Traces and metrics of receivers and their store for OpenTelemetry, with `@opentelemetry/api`.
 *
 * Start with {@link createOpenTelemetry}.
 * @packageDocumentation
 */
export type { ObservedForwarding } from '../metrics/observe-forwarder.ts';
export type { ObservableReceiver } from '../metrics/observe-receiver.ts';
export type { ObservableStore } from '../store/read-store.ts';
export type { SenderContext } from './delivery-tracer.ts';
export type { ForwarderAttempt, ForwarderResult, TraceForwarder } from './forwarder-tracer.ts';
export {
  createOpenTelemetry,
  type ObserveOptions,
  type OpenTelemetry,
  type OpenTelemetryOptions,
  type TraceableReceiver,
} from './open-telemetry.ts';
