import type { EventIssue } from '../../events/wire.ts';
import type { RejectionCode } from '../../outcome/rejections.ts';
import type { QueuedResult, QueuedWork } from '../queued-attempt.ts';
import type { DeliveryRecord } from '../records/delivery-record.ts';

/** A delivery that the queue does not attempt again. */
export interface DeadLetter {
  /** The delivery's id: `context.id` in a handler. */
  readonly id: string;
  /** The `endpoint` option of the receiver. */
  readonly endpoint: string;
  /** The event's type. `undefined` if the event was never parsed. */
  readonly eventType: string | undefined;
  /** `data.scan_id` of the event. */
  readonly scanId: string | undefined;
  /** `data.target` of the event. */
  readonly target: string | undefined;
  readonly receivedAt: Date;
  /** The client's address. `undefined` if it is unknown. */
  readonly ip: string | undefined;
  /** The number of attempts. */
  readonly attempts: number;
  /**
   * The reason.
   *
   * - `failed`: handlers failed too often
   * - `lost`: the process ended or stalled during too many attempts
   * - `rejected`: the body can no longer be parsed or no longer matches its schema, so no handler ran
   */
  readonly reason: 'failed' | 'lost' | 'rejected';
  /** The handlers that have run in any attempt. */
  readonly handlers: readonly DeadLetterHandler[];
  /**
   * The last error: an `EventHandlingError` if this process ran the last attempt, otherwise an `Error` with the
   * recorded message.
   */
  readonly error: unknown;
  /** Set for a rejected delivery. */
  readonly code?: RejectionCode | undefined;
  /** For a rejected delivery, the reasons why it does not match its schema. */
  readonly issues?: readonly EventIssue[] | undefined;
}

/** The result of one handler for a dead letter. */
export interface DeadLetterHandler {
  /** The handler's name. */
  readonly name: string;
  readonly succeeded: boolean;
  /** The message of its last error, in one line. */
  readonly error: string | undefined;
}

/**
 * Report a delivery that a store has settled as a dead letter or as rejected. Never throws.
 * @returns whether the receiver has logged the delivery. If not, a store that has its own logger logs it
 */
export type ReportDeadLetter = (letter: DeadLetter) => boolean;

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

/** Create the dead letter of a delivery whose process has ended too often, for `ReportDeadLetter`. */
export function lostLetterOf(
  record: Pick<
    DeliveryRecord,
    | 'id'
    | 'endpoint'
    | 'eventType'
    | 'scanId'
    | 'target'
    | 'receivedAt'
    | 'ip'
    | 'attempts'
    | 'handlers'
    | 'error'
  >,
): DeadLetter {
  const {
    id = '',
    endpoint = '',
    eventType,
    scanId,
    target,
    receivedAt,
    ip,
    attempts,
    handlers,
    error,
  } = record;
  return {
    ...{ id, endpoint, eventType, scanId, target, receivedAt, ip, attempts, reason: 'lost' },
    handlers: handlers.map(({ name, succeeded, error: lastError }) => ({
      name,
      succeeded,
      error: lastError,
    })),
    error: new Error(error),
  };
}
