/**
 * The queue cannot be used, because Redis does not answer, promises less than the options ask for, or is full, or because
 * the queue was closed. Meanwhile, the receiver answers 503.
 */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}

export function closedError(): QueueError {
  return new QueueError('The queue has been closed by queue.close(). Open it again to continue.');
}
