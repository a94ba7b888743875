import { createHash } from 'node:crypto';
import type { EventContext } from '@spiderfoot-webhooks/core';

/**
 * Create the context of a group. Its id begins with the id of the first event and is equal only for the same events.
 * With the first event's own id, a target that recognizes duplicates would drop the other events.
 */
export function groupContext(
  contexts: readonly [EventContext, ...EventContext[]],
  signal: AbortSignal,
): EventContext {
  // The properties of a context are getters, so a spread would not copy them.
  const [{ id, endpoint, receivedAt, ip, attempt, wire, logger }] = contexts;
  const ids = contexts.map((context) => context.id);
  const digest = createHash('sha256').update(ids.join()).digest('hex').slice(0, 16);
  return { id: `${id}-${digest}`, endpoint, receivedAt, ip, attempt, wire, logger, signal };
}
