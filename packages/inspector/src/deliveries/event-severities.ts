import type { Severity } from '@spiderfoot-webhooks/core/events';
import type { DeliveryRecord, DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { readEventFacts } from '../delivery/event-facts.ts';
import { typeSeverity } from '../filters/type-severity.ts';

/** The most severities that are kept. */
const mostKept = 10_000;
/** The most bodies that are read at the same time. Each may have 1 MiB. */
const mostAtOnce = 10;

/** Return the severities of listed deliveries, by key. They are the same as on the page of each delivery. */
export type EventSeverities = (
  deliveries: readonly DeliveryRecord[],
) => Promise<ReadonlyMap<string, Severity>>;

/** Read the severities from the bodies, which a list does not contain. A body never changes, so it is read once. */
export function createEventSeverities(store: DeliveryStore): EventSeverities {
  const kept = new Map<string, Severity>();
  const canRead = store.capabilities.has('get');

  async function read(delivery: DeliveryRecord): Promise<Severity> {
    const name = identify(delivery);
    const known = kept.get(name);
    if (known !== undefined) return known;
    const stored = canRead ? await store.get(delivery.key) : undefined;
    // The delivery may have been deleted since it was listed.
    if (stored === undefined) return typeSeverity(delivery.eventType);
    const { severity } = readEventFacts(stored.body, stored.eventType);
    kept.set(name, severity);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
    return severity;
  }

  return async (deliveries) => {
    const found = new Map<string, Severity>();
    for (let start = 0; start < deliveries.length; start += mostAtOnce) {
      const part = deliveries.slice(start, start + mostAtOnce);
      const severities = await Promise.all(
        part.map(async (delivery) => [delivery.key, await read(delivery)] as const),
      );
      for (const [key, severity] of severities) found.set(key, severity);
    }
    return found;
  };
}

/** A store may use the key of a deleted delivery again. */
function identify({ key, id, receivedAt }: DeliveryRecord): string {
  return JSON.stringify([key, id, receivedAt.getTime()]);
}
