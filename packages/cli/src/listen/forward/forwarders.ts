import type { Receiver } from '@spiderfoot-webhooks/core';
import type { Report } from '../report/report.ts';
import { createForwarder, type Forwarder, type ForwardTarget } from './forward-target.ts';

/** Forwarders by the names of their handlers. A retry recognizes a handler by its name. */
export type Forwarders = ReadonlyMap<string, Forwarder>;

/** Create a forwarder for each target. @throws ConfigurationError */
export async function createForwarders(
  targets: readonly ForwardTarget[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Forwarders> {
  const forwarders = new Map<string, Forwarder>();
  for (const target of targets) {
    const forwarder = await createForwarder(target, env);
    forwarders.set(freeName(target.kind, forwarders), forwarder);
  }
  return forwarders;
}

function freeName(kind: string, existing: Forwarders): string {
  if (!existing.has(kind)) return kind;
  for (let n = 2; ; n++) if (!existing.has(`${kind}#${n}`)) return `${kind}#${n}`;
}

/** Register the forwarders as handlers. */
export function addForwarders(receiver: Receiver, forwarders: Forwarders, report: Report): void {
  for (const [name, forward] of forwarders) {
    receiver.onAny(
      async (event, context) => {
        const start = performance.now();
        await forward(event, context);
        report.forwarded(name, event, context, performance.now() - start);
      },
      { name },
    );
  }
}
