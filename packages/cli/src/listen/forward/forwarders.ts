import type { EventContext, Receiver, WebhookEvent } from '@spiderfoot-webhooks/core';
import type { Forwarder, ForwarderObserver } from '@spiderfoot-webhooks/forward';
import type { Report } from '../report/report.ts';
import { createForwarder } from './create-forwarder.ts';
import { type EventLimits, grouped, limited, readLimits } from './event-limits.ts';
import type { Variables } from './setting-values.ts';
import { settingsFromConfig, settingsFromFlag } from './target-settings.ts';

/** A target, as a handler. */
interface ForwardingHandler {
  readonly forward: Forwarder;
  readonly limits: EventLimits;
}

/** Handlers by their names. A retry recognizes a handler by its name. */
export type Forwarders = ReadonlyMap<string, ForwardingHandler>;

/** The options that specify targets. */
export interface ForwardOptions {
  readonly forward?: readonly string[];
  readonly config?: string;
  /** Whether deliveries are queued. */
  readonly queued: boolean;
}

/** Create a forwarder for each target in the configuration file and the flags. @throws UsageFailure, ConfigurationError */
export async function createForwarders(
  { forward = [], config, queued }: ForwardOptions,
  env: Variables,
  observe: ForwarderObserver,
): Promise<Forwarders> {
  const fromConfig = config === undefined ? [] : await settingsFromConfig(config);
  const forwarders = new Map<string, ForwardingHandler>();
  for (const settings of [...fromConfig, ...forward.map(settingsFromFlag)]) {
    const limits = readLimits(settings, queued ? 'queued' : 'inline');
    const forwarder = await grouped(await createForwarder(settings, env, observe), limits);
    const name = freeName(settings.name ?? settings.kind, forwarders);
    forwarders.set(name, { forward: forwarder, limits });
  }
  return forwarders;
}

function freeName(name: string, existing: Forwarders): string {
  if (!existing.has(name)) return name;
  for (let n = 2; ; n++) if (!existing.has(`${name}#${n}`)) return `${name}#${n}`;
}

/** Register the forwarders as handlers. */
export async function addForwarders(
  receiver: Receiver,
  forwarders: Forwarders,
  report: Report,
): Promise<void> {
  for (const [name, { forward, limits }] of forwarders) {
    // Inside the limits, so that only forwarded events are reported.
    const reporting = async (event: WebhookEvent, context: EventContext) => {
      const start = performance.now();
      await forward(event, context);
      report.forwarded(name, event, context, performance.now() - start);
    };
    receiver.onAny(await limited<WebhookEvent>(reporting, limits), { name });
  }
}
