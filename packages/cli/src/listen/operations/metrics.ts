import { type ErrorDetails, eventSchemas } from '@spiderfoot-webhooks/core';
import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DeliveryResult } from '../server/webhook-route.ts';

/** The metrics that `GET /metrics` returns. */
export interface Metrics {
  readonly contentType: string;
  /** Count an answered request. */
  answered(result: DeliveryResult): void;
  /** Count an attempt at a queued or replayed delivery, whether it succeeded or failed. */
  handled(result: DeliveryResult): void;
  /** Count a request that was answered 404, because its path has no webhook. */
  notFound(): void;
  /** Count a TLS connection that failed before a request arrived. @param code OpenSSL's or Node's code */
  tlsFailed(code: string): void;
  /** Count an internal failure. */
  failed(details: Pick<ErrorDetails, 'endpoint' | 'source'>): void;
  text(): Promise<string>;
}

/** Create the Prometheus metrics of the receivers, the queue and the process. */
export function createMetrics(storeHealth: (() => Promise<StoreHealth>) | undefined): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `spiderfoot_webhook_${name}_total`, help, labelNames, registers });
  const deliveries = counter('deliveries', 'Requests by their outcome', ['endpoint', 'outcome', 'code']);
  const events = counter(
    'events',
    'Events that were accepted or handled, by type. Each delivery counts once. Unknown types count as "other"',
    ['endpoint', 'type'],
  );
  const handled = counter('handled', 'Attempts at queued and replayed deliveries, by outcome', [
    'endpoint',
    'outcome',
    'code',
  ]);
  const errors = counter('errors', 'Internal failures by source: handlers, log, queue, rateLimiter, …', [
    'endpoint',
    'source',
  ]);
  const tlsFailures = counter('tls_failures', 'TLS connections that failed before a request arrived', [
    'code',
  ]);
  const seconds = new Histogram({
    name: 'spiderfoot_webhook_delivery_seconds',
    help: 'Time from the request to its response',
    labelNames: ['endpoint'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  if (storeHealth !== undefined) addQueueGauges(registry, storeHealth);

  return {
    contentType: registry.contentType,
    answered({ outcome, details }) {
      const { endpoint, timings, attempt, eventType = '' } = details;
      deliveries.inc({ endpoint, ...labelsOf(outcome) });
      seconds.observe({ endpoint }, timings.total / 1000);
      // Duplicates have no attempt, and retries have a later attempt, so each delivery counts once.
      if (outcome.status === 'accepted' || attempt === 1)
        events.inc({ endpoint, type: knownType(eventType) });
    },
    handled: ({ outcome, details: { endpoint } }) => handled.inc({ endpoint, ...labelsOf(outcome) }),
    notFound: () => deliveries.inc({ endpoint: '', outcome: 'rejected', code: 'not_found' }),
    tlsFailed: (code) => tlsFailures.inc({ code: /^[A-Z][A-Z\d_]{1,80}$/.test(code) ? code : 'other' }),
    failed: ({ endpoint, source }) => errors.inc({ endpoint, source }),
    text: () => registry.metrics(),
  };
}

function labelsOf(outcome: DeliveryResult['outcome']) {
  return { outcome: outcome.status, code: outcome.status === 'rejected' ? outcome.code : '' };
}

/** Return the label for a type. Unknown types share a label: each label uses memory, and senders can invent any type. */
function knownType(type: string): string {
  return Object.hasOwn(eventSchemas, type) ? type : 'other';
}

function addQueueGauges(registry: Registry, storeHealth: () => Promise<StoreHealth>): void {
  const registers = [registry];
  new Gauge({
    name: 'spiderfoot_webhook_queue_deliveries',
    help: 'Deliveries in the store that are queued, running or dead',
    labelNames: ['state'],
    registers,
    async collect() {
      const { waiting, running, delayed, dead } = await storeHealth();
      this.set({ state: 'queued' }, waiting + delayed);
      this.set({ state: 'running' }, running);
      this.set({ state: 'dead' }, dead);
    },
  });
  new Gauge({
    name: 'spiderfoot_webhook_queue_oldest_seconds',
    help: 'How long the oldest queued delivery has been waiting; 0 if no delivery is waiting',
    registers,
    async collect() {
      const { oldest } = await storeHealth();
      this.set(oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest.getTime()) / 1000));
    },
  });
}
