/**
 * The queue cannot be used, because Redis does not respond, guarantees less than the options require, or is full, or
 * because the queue was closed. Meanwhile, the receiver responds with 503.
 */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}

export function closedError(): QueueError {
  return new QueueError('The queue has been closed by queue.close(). Open it again to continue.');
}
