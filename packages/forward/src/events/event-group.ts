import type { EventEnvelope } from '@spiderfoot-webhooks/core/events';
import type { AnyEvent } from '../forwarder.ts';

/** Several events as one, as {@link throttle} hands them on. */
export type EventGroup = EventEnvelope<
  'event_group',
  { readonly count: number; readonly events: readonly AnyEvent[] }
>;

/** Those made here: anybody who may send can send an event that calls itself one. */
const genuine = new WeakSet<object>();

/** @param events at least one, in the order they came */
export function groupOf(events: readonly AnyEvent[]): EventGroup {
  const group: EventGroup = {
    event_type: 'event_group',
    timestamp: events.at(-1)?.timestamp ?? new Date().toISOString(),
    source: 'spiderfoot',
    data: { count: events.length, events },
    metadata: {},
  };
  genuine.add(group);
  return group;
}

export function isGroup(event: AnyEvent): event is EventGroup {
  return genuine.has(event);
}
