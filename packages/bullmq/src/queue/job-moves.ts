import type { Settlement } from '@spiderfoot-webhooks/core/stores';
import { type IQueueBackend, Job, type JobJson, type Queue } from 'bullmq';
import { type JobRun, parse, readState, stateAfter } from '../jobs/job-state.ts';
import type { QueueSettings } from '../options.ts';
import { settledField } from '../store/dead-counts.ts';
import { isLockLost } from './lock-lost.ts';

/** A job that this process has locked. */
export interface LockedJob {
  readonly key: string;
  readonly token: string;
  readonly run: JobRun;
}

/** Moves jobs that this process has locked. Each method throws an error for which `isLockLost` holds, if it has not. */
export interface JobMoves {
  /** Write the result of an attempt. */
  settle(locked: LockedJob, settlement: Settlement): Promise<void>;
  /** Return whether the settlement of this lock is written. Use it after an error, which may have lost only the reply. */
  isSettled(locked: LockedJob): Promise<boolean>;
  /** Make a job that does not hold a delivery a failed job, so that it is not claimed again. */
  rejectForeign(key: string, token: string): Promise<void>;
}

export function createJobMoves(
  backend: IQueueBackend,
  queue: Queue,
  settings: Pick<QueueSettings, 'keepProcessed' | 'keepDead'>,
): JobMoves {
  const { maxAge, keep } = settings.keepProcessed;
  const keepProcessed = keep === 0 ? { count: 0 } : { age: toSeconds(maxAge), count: keep };
  const keepDead = { age: toSeconds(settings.keepDead) };

  function jobOf(key: string): Job {
    return new Job(queue, '', undefined, {}, key);
  }

  return {
    async settle({ key, token, run }, settlement) {
      const { state, dueAt, error, code } = settlement;
      const written = stateAfter(run, settlement, token);
      const fields = { progress: JSON.stringify(written) };
      if (state === 'queued') {
        const now = Date.now();
        const delay = Math.max(0, (dueAt?.getTime() ?? now) - now);
        await backend.moveToDelayed(key, now, delay, token, { fieldsToUpdate: fields });
        return;
      }
      if (state === 'processed') {
        // If the delivery is replayed, the processes that it has lost so far do not count.
        if (run.stalls > 0) await backend.updateProgress(key, written);
        await backend.moveToCompleted(jobOf(key), written, keepProcessed, token, false);
        return;
      }
      const reason = error ?? code ?? state;
      await backend.moveToFailed(jobOf(key), reason, keepDead, token, false, {
        ...fields,
        [settledField]: state,
      });
    },
    async isSettled({ key, token }) {
      const json: JobJson | undefined = await backend.getJobData(key);
      // Without `keepProcessed`, BullMQ deletes a processed job.
      if (json === undefined) return true;
      const written = [json.progress, parse(json.returnvalue)];
      return written.some((state) => readState(state)?.token === token);
    },
    async rejectForeign(key, token) {
      await backend.moveToFailed(jobOf(key), 'This job is not a webhook', keepDead, token, false);
    },
  };
}

function toSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

/** Run a move, and ignore that this process no longer has the lock. */
export async function ifLocked(move: Promise<unknown>): Promise<void> {
  try {
    await move;
  } catch (error) {
    if (!isLockLost(error)) throw error;
  }
}
