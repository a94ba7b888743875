import type { DeadLetter, QueuedResult, QueuedWork } from './ports.ts';

/**
 * Create the dead letter of a delivery after its last attempt, for `ReportDeadLetter`.
 * @param result the result of that attempt, as `process` returned it
 */
export function deadLetterOf(work: QueuedWork, result: QueuedResult): DeadLetter {
  const { id, endpoint, receivedAt, ip, attempt: attempts } = work;
  const { status, succeeded, failures, event, code, issues } = result;
  return {
    id,
    endpoint,
    eventType: event?.eventType ?? work.eventType,
    scanId: event?.scanId ?? work.scanId,
    target: event?.target ?? work.target,
    receivedAt,
    ip,
    attempts,
    reason: status === 'rejected' ? 'rejected' : 'failed',
    handlers: [
      ...succeeded.map((name) => ({ name, succeeded: true, error: undefined })),
      ...failures.map(({ handler: name, error }) => ({ name, succeeded: false, error })),
    ],
    error: result.cause ?? new Error(result.error ?? `The delivery was rejected: ${code}`),
    code,
    issues,
  };
}
