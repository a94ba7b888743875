import { Worker } from 'node:worker_threads';
import type { Evidence } from '@spiderfoot-webhooks/diagnose';
import type { ThreadAnswer } from './diagnosis-worker.ts';
import type { SignatureDiagnosis } from './signature-diagnosis.ts';

/** Diagnoses signatures in another thread, so that webhooks are answered in the meantime. */
export interface Diagnoser {
  /** Whether the next diagnosis can begin now. */
  readonly isFree: boolean;
  /** Diagnose a signature. @returns `undefined` if a diagnosis is running, or this one exceeds its time */
  run(evidence: Evidence): Promise<SignatureDiagnosis | undefined>;
  close(): Promise<void>;
}

/** The time limit of a diagnosis, including the start of the thread, in milliseconds. */
const budget = 3000;

/**
 * The pause after a diagnosis, as a multiple of the time that it took. Without a pause, a client that sends wrong
 * signatures could keep a processor busy.
 */
const pauseFactor = 9;

/** The longest pause, in milliseconds, so that the next try of a developer is diagnosed. */
const longestPause = 10_000;

const threadLimits = { maxOldGenerationSizeMb: 256 };

export function createDiagnoser(): Diagnoser {
  let thread: Worker | undefined;
  let isRunning = false;
  let isClosed = false;
  let pauseEnd = 0;

  function started(): Worker {
    const worker = new Worker(new URL('./diagnosis-worker.js', import.meta.url), {
      resourceLimits: threadLimits,
    });
    worker.unref();
    return worker;
  }

  async function stop(): Promise<void> {
    const ending = thread;
    thread = undefined;
    await ending?.terminate();
  }

  function answerOf(evidence: Evidence): Promise<ThreadAnswer | undefined> {
    thread ??= started();
    const worker = thread;
    return new Promise((resolve) => {
      const settle = (answer: ThreadAnswer | undefined) => {
        clearTimeout(timer);
        worker.removeAllListeners();
        // An error that the thread reports after this must not end the process.
        worker.on('error', () => {});
        resolve(answer);
      };
      const timer = setTimeout(() => settle(undefined), budget);
      worker.once('message', settle);
      worker.once('error', () => settle(undefined));
      worker.once('exit', () => settle(undefined));
      worker.postMessage(evidence);
    });
  }

  return {
    get isFree() {
      return !isRunning && !isClosed && performance.now() >= pauseEnd;
    },
    async run(evidence) {
      if (!this.isFree) return undefined;
      isRunning = true;
      const answer = await answerOf(evidence);
      if (answer === undefined) await stop();
      pauseEnd = performance.now() + Math.min((answer?.ms ?? budget) * pauseFactor, longestPause);
      isRunning = false;
      return answer?.diagnosis;
    },
    close() {
      isClosed = true;
      return stop();
    },
  };
}
