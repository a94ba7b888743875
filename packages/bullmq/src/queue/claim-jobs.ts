import {
  type ClaimPlan,
  type LostDelivery,
  lostLetterOf,
  type Settlement,
} from '@spiderfoot-webhooks/core/stores';
import type { IQueueBackend, JobJson } from 'bullmq';
import { readRun, stateAfterSkip, stateBeforeRunAlone, withoutExcess } from '../jobs/job-state.ts';
import { ifLocked, type JobMoves, type LockedJob } from './job-moves.ts';

/** A job that a worker may run. */
export interface ClaimedJob extends LockedJob {
  readonly isSuspect: boolean;
}

/** Takes jobs from BullMQ, and applies the kit's rules for deliveries that have lost their processes. */
export interface JobClaims {
  claim(plan: ClaimPlan): Promise<ClaimedJobs>;
}

interface ClaimedJobs {
  readonly jobs: readonly ClaimedJob[];
  /** When the next delayed job is due, in milliseconds since 1970. */
  readonly nextDue: number | undefined;
}

/** A job that this process has just locked. */
export interface FetchedJob {
  readonly key: string;
  readonly token: string;
  readonly json: JobJson;
}

/** Milliseconds after which a suspect is looked at again that must wait for another suspect. */
const suspectDelay = 1000;

/** The parts of the endpoint's queue that {@link createJobClaims} uses. */
export interface ClaimContext {
  readonly backend: IQueueBackend;
  readonly moves: JobMoves;
  /** Create a token, which is the owner of a lock. */
  newToken(): string;
  /**
   * Keep a job that this process is still running, under its new lock. Its process was so busy that it renewed the lock too
   * late.
   * @returns whether the process runs the job
   */
  adopt(job: FetchedJob): boolean;
  /** Report a delivery that has lost its process too often. */
  onLost(lost: LostDelivery): void;
  onError(error: unknown): void;
}

export function createJobClaims(context: ClaimContext): JobClaims {
  const { backend, moves, onError } = context;

  /** Whether the queue had more jobs than places the last time. If not, one command finds out whether it is still empty. */
  let hasBacklog = true;

  /** @returns the next job, or when the next one is due */
  async function fetch(): Promise<FetchedJob | number | undefined> {
    const token = context.newToken();
    const [json, key, , due]: readonly unknown[] = await backend.moveToActive(token);
    if (isJobJson(json) && typeof key === 'string') return { key, token, json };
    return typeof due === 'number' && due > 0 ? due : undefined;
  }

  async function fetchSeveral(count: number): Promise<readonly (FetchedJob | number | undefined)[]> {
    const results = await Promise.allSettled(Array.from({ length: count }, fetch));
    const fetched = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined && !fetched.some(isFetched)) throw failed.reason;
    if (failed !== undefined) onError(failed.reason);
    return fetched;
  }

  /** @returns `undefined` if the job must not run now. Never rejects, so that other claimed jobs run */
  async function admit(
    job: FetchedJob,
    plan: ClaimPlan,
    mayRunSuspect: boolean,
  ): Promise<ClaimedJob | undefined> {
    try {
      return await decide(job, plan, mayRunSuspect);
    } catch (error) {
      // The lock expires, and the job is claimed again.
      onError(error);
      return undefined;
    }
  }

  async function decide(
    { key, token, json }: FetchedJob,
    plan: ClaimPlan,
    mayRunSuspect: boolean,
  ): Promise<ClaimedJob | undefined> {
    const found = readRun(key, json, true);
    if (found === undefined) {
      await ifLocked(moves.rejectForeign(key, token));
      onError(new Error(`The job ${key} is not a webhook. It was moved to the failed jobs.`));
      return undefined;
    }
    const { failures } = found.record;
    const isSuspect = found.lost > 0 && failures >= plan.suspectFrom;
    // With `maxAttempts: 1`, no delivery runs again.
    if (isSuspect && failures >= plan.maxAttempts && (found.ranAlone || plan.maxAttempts === 1)) {
      await bury({ key, token, run: found });
      return undefined;
    }
    if (!isSuspect) return { key, token, run: found, isSuspect };
    const run = withoutExcess(found, plan.maxAttempts);
    if (mayRunSuspect) {
      await backend.updateProgress(key, stateBeforeRunAlone(run));
      return { key, token, run, isSuspect };
    }
    await ifLocked(
      backend.moveToDelayed(key, Date.now(), suspectDelay, token, {
        skipAttempt: true,
        fieldsToUpdate: { progress: JSON.stringify(stateAfterSkip(run)) },
      }),
    );
    return undefined;
  }

  async function bury(locked: LockedJob): Promise<void> {
    const { record } = locked.run;
    // This claim is not an attempt.
    const attempts = record.attempts - 1;
    const error = 'Its process ended or stalled during the last attempt';
    const buried = { ...record, attempts, error };
    const settlement: Settlement = {
      ...{ state: 'dead', failures: record.failures, error, handlers: record.handlers },
      ...{ dueAt: undefined, requestedWait: undefined, code: undefined, issues: undefined, event: undefined },
    };
    await moves.settle({ ...locked, run: { ...locked.run, record: buried } }, settlement);
    context.onLost({ key: locked.key, letter: lostLetterOf(buried) });
  }

  return {
    async claim(plan) {
      const jobs: ClaimedJob[] = [];
      let nextDue: number | undefined;
      let mayRunSuspect = plan.takeOver === 'all';
      while (jobs.length < plan.places) {
        const places = plan.places - jobs.length;
        const wanted = hasBacklog ? places : 1;
        const fetched = await fetchSeveral(wanted);
        for (const job of fetched.filter(isFetched)) {
          const admitted = context.adopt(job) ? undefined : await admit(job, plan, mayRunSuspect);
          if (admitted === undefined) continue;
          if (admitted.isSuspect) mayRunSuspect = false;
          jobs.push(admitted);
        }
        nextDue = fetched.find((result) => typeof result === 'number') ?? nextDue;
        hasBacklog = fetched.every(isFetched);
        if (!hasBacklog) break;
      }
      return { jobs, nextDue };
    },
  };
}

function isFetched(result: FetchedJob | number | undefined): result is FetchedJob {
  return typeof result === 'object';
}

/** BullMQ has read the fields of the job. */
function isJobJson(value: unknown): value is JobJson {
  return typeof value === 'object' && value !== null;
}
