import type { IncomingMessage, ServerResponse } from 'node:http';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { Registry } from 'prom-client';
import { createForwarderObserver, type ObservedForwarding } from '../metrics/observe-forwarder.ts';
import { type ObservableReceiver, observeReceiver } from '../metrics/observe-receiver.ts';
import { measureCommits } from '../metrics/store-commits.ts';
import { createStoreGauges } from '../metrics/store-gauges.ts';
import { type ObservableStore, storeReader } from '../store/read-store.ts';
import { version } from '../version.ts';
import { createInstruments } from './instruments.ts';

/** The options of {@link createPrometheusMetrics}. */
export interface PrometheusMetricsOptions {
  /**
   * The registry to which the metrics are added, for example the one that your app already serves.
   * @default a new registry
   */
  readonly register?: Registry;
  /**
   * The store whose queued deliveries and dead letters are counted at each scrape. If it has `onCommit`, its commits are
   * measured.
   */
  readonly store?: ObservableStore;
}

/** The options of {@link PrometheusMetrics.observe}. */
export interface ObserveOptions {
  /**
   * The event types of your own: the keys of the receiver's option `schemas`. Deliveries of other unknown types have the
   * label `other`.
   * @default []
   */
  readonly types?: readonly string[];
}

/** The metrics of receivers and their store. */
export interface PrometheusMetrics {
  readonly register: Registry;
  /**
   * Record the deliveries, handlers, dead letters and errors of a receiver. Call it once for each receiver, before its
   * first delivery.
   * @throws ConfigurationError if the receiver is already observed
   */
  observe(receiver: ObservableReceiver, options?: ObserveOptions): void;
  /**
   * Record the attempts, circuit breakers and batches of forwarders. Pass this function as their option `observe`.
   * @example
   * const forward = slack({ url, observe: metrics.observeForwarder });
   */
  readonly observeForwarder: (observed: ObservedForwarding) => void;
  /** Count a request to a path without a webhook, for example where your app responds with 404. */
  unrouted(): void;
  /** Return the metrics in the text format of Prometheus. */
  text(): Promise<string>;
  /** A fetch handler that returns the metrics. Every path and method gets them, so mount it at a path. */
  readonly fetch: (request?: Request) => Promise<Response>;
  /** A `node:http` listener that returns the metrics. It also works as a handler in Express. */
  readonly listener: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
}

/**
 * Create the metrics of receivers for Prometheus, with prom-client. All series exist from the start. The number of series
 * does not depend on the requests that are received.
 * @example
 * const metrics = createPrometheusMetrics({ store });
 * metrics.observe(receiver);
 * app.get('/metrics', metrics.listener);
 */
export function createPrometheusMetrics(options: PrometheusMetricsOptions = {}): PrometheusMetrics {
  const { register = new Registry(), store } = options;
  if (store !== undefined && typeof store.health !== 'function')
    throw new ConfigurationError('store', 'must have the method health(). The in-memory stores have none.');
  const observed = new WeakSet<ObservableReceiver>();
  const addHandlerSeries: (() => void)[] = [];
  const readStore = store === undefined ? undefined : storeReader(store);

  const instruments = createInstruments(register, (metric) => {
    if (metric === 'handlerRuns' || metric === 'handlerDuration') {
      for (const addSeries of addHandlerSeries) addSeries();
    }
    if (metric === 'queueDeliveries' || metric === 'queueOldest' || metric === 'storeUp')
      return updateStoreGauges?.();
    return undefined;
  });
  instruments.gauge('build', { version, runtime: `node ${process.versions.node}` })(1);
  const addUnrouted = instruments.counter('unrouted', {});
  // The metrics of a scrape are listed before the store is read, so these must exist.
  const updateStoreGauges = readStore === undefined ? undefined : createStoreGauges(instruments, readStore);
  measureCommits(instruments, store);

  return {
    register,
    observe(receiver, { types = [] } = {}) {
      if (observed.has(receiver))
        throw new ConfigurationError(
          'receiver',
          'is already observed. Call observe() once for each receiver.',
        );
      observed.add(receiver);
      addHandlerSeries.push(observeReceiver(receiver, instruments, types));
    },
    observeForwarder: createForwarderObserver(instruments),
    unrouted: () => addUnrouted(),
    text: () => register.metrics(),
    async fetch() {
      return new Response(await register.metrics(), {
        headers: { 'content-type': register.contentType, 'cache-control': 'no-store' },
      });
    },
    async listener(_req, res) {
      try {
        const text = await register.metrics();
        res.setHeader('content-type', register.contentType);
        res.setHeader('cache-control', 'no-store');
        res.end(text);
      } catch {
        // Another metric of the app's registry has failed. Without an answer, the scrape would wait.
        res.statusCode = 500;
        res.end();
      }
    },
  };
}
