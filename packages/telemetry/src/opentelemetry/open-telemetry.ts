import { createNoopMeter, type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import { ConfigurationError, type Receiver } from '@spiderfoot-webhooks/core';
import { createForwarderObserver, type ObservedForwarding } from '../metrics/observe-forwarder.ts';
import { type ObservableReceiver, observeReceiver } from '../metrics/observe-receiver.ts';
import { measureCommits } from '../metrics/store-commits.ts';
import { createStoreGauges } from '../metrics/store-gauges.ts';
import { type ObservableStore, storeReader } from '../store/read-store.ts';
import { version } from '../version.ts';
import { createDeliveryTracer, type SenderContext } from './delivery-tracer.ts';
import { createForwarderTracer, type TraceForwarder } from './forwarder-tracer.ts';
import { createInstruments } from './instruments.ts';

/** The options of {@link createOpenTelemetry}. */
export interface OpenTelemetryOptions {
  /**
   * The store whose queued deliveries and dead letters are counted at each export. If it has `onCommit`, its commits are
   * measured.
   */
  readonly store?: ObservableStore;
  /** @default the provider that your SDK has registered */
  readonly tracerProvider?: TracerProvider;
  /** @default the provider that your SDK has registered */
  readonly meterProvider?: MeterProvider;
  /**
   * How the header `traceparent` of a sender is used. The header is not signed.
   *
   * - `link`: the request begins a new trace, which links to the sender's. Your sampler decides alone
   * - `parent`: the request continues the sender's trace. A sampler that follows the parent then follows the sender
   * - `ignore`: the header is not read
   *
   * If the instrumentation of your server has already created a span, the request is its child, and this option has no
   * effect.
   * @default 'link'
   */
  readonly senderContext?: SenderContext;
}

/** A receiver that can be traced. */
export type TraceableReceiver = ObservableReceiver & Pick<Receiver, 'useTracer'>;

/** The options of {@link OpenTelemetry.observe}. */
export interface ObserveOptions {
  /**
   * The event types of your own: the keys of the receiver's option `schemas`. Deliveries of other unknown types are counted
   * as `other`.
   * @default []
   */
  readonly types?: readonly string[];
}

/** The metrics and traces of receivers and their store. */
export interface OpenTelemetry {
  /**
   * Trace the deliveries and handlers of a receiver, and record its metrics. Call it once for each receiver, before its
   * first delivery.
   * @throws ConfigurationError if the receiver is already observed or has another tracer
   */
  observe(receiver: TraceableReceiver, options?: ObserveOptions): void;
  /** The option `trace` of a forwarder. Each attempt to send an event or a batch gets a span. */
  readonly traceForwarder: TraceForwarder;
  /**
   * Record the attempts, circuit breakers and batches of forwarders. Pass this function as their option `observe`.
   * @example
   * const forward = slack({ url, observe: telemetry.observeForwarder, trace: telemetry.traceForwarder });
   */
  readonly observeForwarder: (observed: ObservedForwarding) => void;
  /** Count a request to a path without a webhook, for example where your app responds with 404. */
  unrouted(): void;
}

/**
 * Create the traces and metrics of receivers for OpenTelemetry. Register your SDK first. Without an SDK, nothing is recorded.
 * @throws ConfigurationError if an option is invalid
 * @example
 * const telemetry = createOpenTelemetry({ store });
 * telemetry.observe(receiver);
 * receiver.on('high_risk_event', slack({ url, trace: telemetry.traceForwarder }));
 */
export function createOpenTelemetry(options: OpenTelemetryOptions = {}): OpenTelemetry {
  const { store, senderContext = 'link' } = options;
  if (store !== undefined && typeof store.health !== 'function')
    throw new ConfigurationError('store', 'must have the method health(). The in-memory stores have none.');
  if (!['link', 'parent', 'ignore'].includes(senderContext))
    throw new ConfigurationError('senderContext', 'must be "link", "parent" or "ignore".');
  const scope = '@spiderfoot-webhooks/telemetry';
  const tracer = (options.tracerProvider ?? trace).getTracer(scope, version);
  const meter = (options.meterProvider ?? metrics).getMeter(scope, version);
  // If no provider is registered, the API returns this meter, which discards every value.
  const isMeasuring = meter !== createNoopMeter();
  const deliveryTracer = createDeliveryTracer(tracer, senderContext);
  const readStore = store === undefined ? undefined : storeReader(store);

  const instruments = createInstruments(meter, (gauge) => {
    if (gauge === 'queueDeliveries' || gauge === 'queueOldest' || gauge === 'storeUp')
      return updateStoreGauges?.();
    return undefined;
  });
  instruments.gauge('build', { version, runtime: `node ${process.versions.node}` })(1);
  const addUnrouted = instruments.counter('unrouted', {});
  const updateStoreGauges = readStore === undefined ? undefined : createStoreGauges(instruments, readStore);
  if (isMeasuring) measureCommits(instruments, store);

  return {
    observe(receiver, { types = [] } = {}) {
      // First, because it throws if the receiver is already observed.
      receiver.useTracer(deliveryTracer);
      // Listeners would make the receiver read the clock for each part of each delivery.
      if (isMeasuring) observeReceiver(receiver, instruments, types)();
    },
    observeForwarder: createForwarderObserver(instruments),
    traceForwarder: createForwarderTracer(tracer),
    unrouted: () => addUnrouted(),
  };
}
