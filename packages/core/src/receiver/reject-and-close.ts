import type { Delivery } from '../adapter/delivery.ts';
import { type Rejected, rejectWith } from '../outcome/outcome.ts';
import type { RejectionCode } from '../outcome/rejections.ts';

/**
 * Reject a delivery whose sender is not authenticated, or that arrives during shutdown. Requests that are pipelined
 * behind it are not processed. Otherwise an unauthenticated client could block the event loop with a single
 * connection.
 */
export function rejectAndClose(delivery: Delivery, code: RejectionCode): Rejected {
  delivery.closeConnection?.();
  return rejectWith(code);
}

/** The outcome of a delivery that is not processed because its connection closes before a response can be sent. */
export const connectionClosed: Rejected = rejectWith('request_aborted');
