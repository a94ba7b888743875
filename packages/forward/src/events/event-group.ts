import type { EventEnvelope } from '@spiderfoot-webhooks/core/events';
import type { AnyEvent } from '../forwarder.ts';

/** Several events in one, as {@link throttle} passes them to its handler. */
export type EventGroup = EventEnvelope<
  'event_group',
  { readonly count: number; readonly events: readonly AnyEvent[] }
>;

/** The groups that were created here. The type alone proves nothing, because a sender could send an `event_group` event. */
const genuine = new WeakSet<object>();

/** @param events at least one, in the order of arrival */
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
