import { ErrorCode } from 'bullmq';

const codes: readonly unknown[] = [
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
];

/** Return whether BullMQ refused to move a job because this worker no longer has its lock. */
export function isLockLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}
