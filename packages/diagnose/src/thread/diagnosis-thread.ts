import { type ResourceLimits, Worker } from 'node:worker_threads';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import type { Evidence } from '../evidence.ts';
import type { ThreadDiagnosis } from './thread-diagnosis.ts';
import { createTimeAllowance } from './time-allowance.ts';

export type { ThreadDiagnosis };

/** The options of {@link createDiagnosisThread}. */
export interface DiagnosisThreadOptions {
  /**
   * The time limit of a diagnosis, in milliseconds. The first diagnosis includes the start of the thread.
   * @default 15_000
   * @example 3000
   */
  readonly timeLimit?: number | undefined;
  /**
   * The memory limits of the thread. Buffers are not counted.
   * @default { maxOldGenerationSizeMb: 256 }
   */
  readonly memoryLimits?: ResourceLimits | undefined;
}

/**
 * The reason for a missing diagnosis. `busy`: another diagnosis is running. `time-limit` and `memory-limit`: the
 * diagnosis exceeded a limit. `failed`: the thread ended or could not start. `closed`: the thread was closed.
 */
export type ThreadFailure = 'busy' | 'time-limit' | 'memory-limit' | 'failed' | 'closed';

/** Diagnoses signatures in another thread, one at a time. */
export interface DiagnosisThread {
  /**
   * Whether the diagnoses have left some of their processor time: 5 seconds at first, and then a tenth of the elapsed time.
   * Check it before a diagnosis that no user has asked for, because any client can send a wrong signature. `diagnose` does not
   * check it.
   */
  readonly hasTimeLeft: boolean;
  /** Diagnose a signature as `diagnose` does. The body is copied. Never rejects. */
  diagnose(evidence: Evidence): Promise<ThreadDiagnosis | ThreadFailure>;
  /** End the thread. A running diagnosis returns `closed`, and so does each later one. */
  close(): Promise<void>;
}

/** The processor time that is allowed, in milliseconds. A diagnosis of an ordinary event takes a fraction of a second. */
const allowed = { burst: 5000, share: 0.1 };

// The built file, even when the sources run, because a thread cannot load TypeScript on every supported version of Node.
const script = new URL('../../dist/thread/worker.js', import.meta.url);

/**
 * Create a thread for diagnoses. A diagnosis hashes the body thousands of times, and any client can send such a body. In
 * a thread, it does not block a receiver in the same process. The first diagnosis starts the thread, and later ones reuse
 * it. After a failure, the next diagnosis starts a new thread. An idle thread does not keep the process alive.
 * @throws ConfigurationError if `timeLimit` is not a number of milliseconds that a timer supports
 * @example
 * ```ts
 * const thread = createDiagnosisThread({ timeLimit: 3000 });
 * const result = await thread.diagnose({ secret: 'your-webhook-secret', body, signature: 'sha256=0f3b…' });
 * console.log(typeof result === 'string' ? `No diagnosis: ${result}` : result.conclusion.text);
 * await thread.close();
 * ```
 */
export function createDiagnosisThread(options: DiagnosisThreadOptions = {}): DiagnosisThread {
  const { timeLimit = 15_000, memoryLimits = { maxOldGenerationSizeMb: 256 } } = options;
  checkTimeLimit(timeLimit);
  const now = () => performance.now();
  const allowance = createTimeAllowance({ ...allowed, now });
  let thread: Worker | undefined;
  let isRunning = false;
  let isClosed = false;

  function startWorker(): Worker {
    const worker = new Worker(script, { execArgv: [], resourceLimits: memoryLimits });
    // An error of an idle thread must not end the process.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (thread === worker) thread = undefined;
    });
    return worker;
  }

  function resultOf(worker: Worker, evidence: Evidence): Promise<ThreadDiagnosis | ThreadFailure> {
    // A small Buffer is a part of a larger memory, which would be copied with it.
    const body = new Uint8Array(evidence.body);
    worker.postMessage({ ...evidence, body }, [body.buffer]);
    return new Promise((resolve) => {
      const settle = (result: ThreadDiagnosis | ThreadFailure) => {
        clearTimeout(timer);
        worker.off('message', settle).off('error', onError).off('exit', onExit);
        resolve(result);
      };
      const onError = (error: unknown) => settle(isOutOfMemory(error) ? 'memory-limit' : 'failed');
      const onExit = () => settle(isClosed ? 'closed' : 'failed');
      const timer = setTimeout(() => settle('time-limit'), timeLimit);
      worker.on('message', settle).on('error', onError).on('exit', onExit);
    });
  }

  async function stop(): Promise<void> {
    const ending = thread;
    thread = undefined;
    await ending?.terminate();
  }

  return {
    get hasTimeLeft() {
      return allowance.isLeft;
    },
    async diagnose(evidence) {
      if (isClosed) return 'closed';
      if (isRunning) return 'busy';
      isRunning = true;
      const start = now();
      const used = process.cpuUsage();
      try {
        thread ??= startWorker();
        thread.ref();
        const result = await resultOf(thread, evidence);
        if (typeof result === 'string') await stop();
        thread?.unref();
        return result;
      } catch {
        // The evidence cannot be copied, or no thread can start.
        await stop();
        return 'failed';
      } finally {
        // Both are at least the processor time of the thread. The elapsed time includes other programs, and the CPU time requests.
        allowance.spend(Math.min(now() - start, millisecondsOf(process.cpuUsage(used))));
        isRunning = false;
      }
    },
    close() {
      isClosed = true;
      return stop();
    },
  };
}

/** A longer time would start a timer of one millisecond. */
const longestTimer = 2 ** 31 - 1;

function checkTimeLimit(timeLimit: number): void {
  if (timeLimit > 0 && timeLimit <= longestTimer) return;
  throw new ConfigurationError(
    'timeLimit',
    `must be a number of milliseconds from 1 to ${longestTimer} (got ${timeLimit}).`,
  );
}

function millisecondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
