import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import type { AnyEvent, ForwarderObserver, Handler } from '@spiderfoot-webhooks/forward';
import { siem } from '@spiderfoot-webhooks/forward/siem';
import { slack } from '@spiderfoot-webhooks/forward/slack';
import { openStore, type Store } from '@spiderfoot-webhooks/sqlite';
import { createPrometheusMetrics, type PrometheusMetrics } from '@spiderfoot-webhooks/telemetry/prometheus';
import type { TargetServer } from './target-server.ts';

export const secret = 'pictures-s3cret';

/** A receiver with a queue and two forwarders. */
export interface ObservedReceiver {
  readonly receiver: Receiver;
  readonly metrics: PrometheusMetrics;
  readonly store: Store;
  /** The number of handlers that run. */
  running(): number;
  close(): Promise<void>;
}

/** Start a receiver that sends its events to two targets. */
export function startReceiver(siemServer: TargetServer, slackServer: TargetServer): ObservedReceiver {
  const store = openStore(':memory:', { maxAttempts: 12, baseDelay: 10_000, maxDelay: 300_000 });
  const receiver = createReceiver({ secret, queue: store, endpoint: 'spiderfoot' });
  const metrics = createPrometheusMetrics({ store });
  metrics.observe(receiver);
  let running = 0;
  const counted =
    (forward: Handler<AnyEvent>): Handler<AnyEvent> =>
    async (event, context) => {
      running += 1;
      try {
        await forward(event, context);
      } finally {
        running -= 1;
      }
    };
  // Without retries within a call, no handler waits for a timer of the virtual time.
  const optionsFor = (host: string) => ({
    retries: 0,
    allowHttp: true,
    observe: ((observed) => metrics.observeForwarder({ ...observed, host })) satisfies ForwarderObserver,
  });
  const toSiem = siem({ endpoint: siemServer.url, apiKey: 'key', ...optionsFor('siem.example.com') });
  const toSlack = slack({ url: slackServer.url, ...optionsFor('hooks.slack.com') });
  receiver.onAny(counted(toSiem), { name: 'siem' });
  receiver.onAny(counted(toSlack), { name: 'slack' });
  return {
    receiver,
    metrics,
    store,
    running: () => running,
    async close() {
      await receiver.close();
      await store.close();
    },
  };
}
