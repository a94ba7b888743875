import { randomUUID } from 'node:crypto';
import type {
  Claim,
  Claimed,
  ClaimPlan,
  LostDelivery,
  Settlement,
  StoredDelivery,
  WorkerStore,
} from '@spiderfoot-webhooks/core/stores';
import type { IQueueBackend, Queue } from 'bullmq';
import { readRun } from '../jobs/job-state.ts';
import type { QueueSettings } from '../options.ts';
import { withDeadline } from '../redis/deadline.ts';
import { type ClaimedJob, createJobClaims, type FetchedJob } from './claim-jobs.ts';
import { createJobMoves, ifLocked, type LockedJob } from './job-moves.ts';
import { isLockLost } from './lock-lost.ts';

/** Milliseconds between two checks for lost processes, and for jobs whose wake-up another process took and did not use. */
export const pollInterval = 1000;

/** Milliseconds that closing waits for Redis. After that, the leases of the jobs expire. */
const releaseTimeout = 2000;

/** A job that the worker runs. */
interface HeldJob {
  /** Changes if the process renewed the lock too late, and locked the job again. */
  locked: LockedJob;
  readonly claim: Claim;
  /** Whether a write of its settlement failed. Only the reply may have been lost. */
  isUncertain: boolean;
}

/** The parts of the queue that {@link createEndpointQueue} uses. */
export interface EndpointQueueContext {
  /** The connection of the workers. */
  readonly backend: IQueueBackend;
  readonly queue: Queue;
  readonly settings: Pick<QueueSettings, 'lease' | 'keepProcessed' | 'keepDead'>;
  enqueue(delivery: StoredDelivery): Promise<'accepted' | 'duplicate'>;
  /** Called when fewer jobs are due than the worker has places. */
  onEmpty(): void;
  onError(error: unknown): void;
}

/** The jobs of one endpoint, for a worker of this process. BullMQ's scripts move them, and core's worker runs them. */
export function createEndpointQueue(context: EndpointQueueContext): WorkerStore {
  const { backend, queue, settings, onEmpty, onError } = context;
  const held = new Map<string, HeldJob>();
  const owner = randomUUID();
  let tokens = 0;
  const newToken = () => `${owner}:${++tokens}`;
  const moves = createJobMoves(backend, queue, settings);
  /** Resolves when the last claim has ended. */
  let claiming: Promise<unknown> = Promise.resolve();
  /** The dead letters that the worker has not reported yet. */
  let lost: LostDelivery[] = [];
  const onLost = (letter: LostDelivery) => void lost.push(letter);
  const claims = createJobClaims({ backend, moves, newToken, adopt, onLost, onError });

  function adopt({ key, token, json }: FetchedJob): boolean {
    const job = held.get(key);
    if (job === undefined) return false;
    const { run } = job.locked;
    const stalls = readRun(key, json, true)?.stalls ?? run.stalls;
    // BullMQ has counted this lock as a start, but the attempt is the same.
    job.locked = { key, token, run: { ...run, stalls, skipped: run.skipped + 1 } };
    return true;
  }

  async function claimNow(plan: ClaimPlan): Promise<Claimed> {
    const { jobs, nextDue } = await claims.claim(plan);
    if (jobs.length < plan.places) onEmpty();
    return { claims: jobs.map(hold), nextDue };
  }

  function hold(job: ClaimedJob): Claim {
    const { key, run, isSuspect } = job;
    const { attempts, failures, handlers } = run.record;
    const claimed = { key, delivery: run.delivery, attempt: attempts, failures, handlers, isSuspect };
    held.set(key, { locked: job, claim: claimed, isUncertain: false });
    return claimed;
  }

  /** @returns whether the settlement was written */
  async function settle(job: HeldJob, settlement: Settlement): Promise<boolean> {
    const { locked } = job;
    try {
      await moves.settle(locked, settlement);
      return true;
    } catch (error) {
      if (isLockLost(error)) {
        if (job.isUncertain && (await moves.isSettled(locked))) return true;
        // A claim may have locked the job again in Redis, and its reply is still on the way.
        await Promise.allSettled([claiming]);
        return job.locked !== locked && (await settle(job, settlement));
      }
      job.isUncertain = true;
      throw error;
    }
  }

  return {
    enqueue: (delivery) => context.enqueue(delivery),
    async claim(plan) {
      // Attempts that Redis has settled together free their places in this turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      const claimed = claimNow(plan());
      claiming = claimed;
      return claimed;
    },
    async settle(settled, settlementNow) {
      const job = held.get(settled.key);
      const settlement = job?.claim === settled ? settlementNow() : undefined;
      if (job === undefined || settlement === undefined) return false;
      const isWritten = await settle(job, settlement);
      if (held.get(settled.key) === job) held.delete(settled.key);
      return isWritten;
    },
    async release(keys) {
      const jobs = keys.flatMap((key) => held.get(key)?.locked ?? []);
      for (const key of keys) held.delete(key);
      const moved = jobs.map(({ key, token }) => ifLocked(backend.moveJobFromActiveToWait(key, token)));
      await withDeadline(Promise.all(moved), releaseTimeout, notReleased);
    },
    leases: {
      duration: settings.lease,
      pollInterval,
      async extend(renewal) {
        const jobs = renewal().keys.flatMap((key) => held.get(key)?.locked ?? []);
        const [keys, owners] = [jobs.map(({ key }) => key), jobs.map(({ token }) => token)];
        const expired = await backend.extendLocks(keys, owners, settings.lease);
        return keys.filter((key) => !expired.includes(key));
      },
      async tidy() {
        // A job without a lock is moved back to the waiting ones. The worker that claims it decides what becomes of it.
        await backend.moveStalledJobsToWait();
        const reported = lost;
        lost = [];
        return reported;
      },
    },
  };
}

function notReleased(): Error {
  return new Error(
    `Redis did not respond within ${releaseTimeout} ms. The deliveries that were running are retried when their leases have expired.`,
  );
}
