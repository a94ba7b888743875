import type { Delivery } from './delivery.ts';
import { type RefusalCode, type Rejected, refuse } from './outcome.ts';

/**
 * Reject a delivery whose sender is not authenticated, or that arrives during shutdown. Requests that are pipelined
 * behind it are not processed. Otherwise an unauthenticated client could block the event loop with a single
 * connection.
 */
export function turnAway(delivery: Delivery, code: RefusalCode): Rejected {
  delivery.closeConnection?.();
  return refuse(code);
}

/** The outcome of a delivery that is not processed because its connection closes before an answer can be sent. */
export const overtaken: Rejected = refuse('request_aborted');
